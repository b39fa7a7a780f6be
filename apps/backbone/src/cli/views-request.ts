import { parseArgs } from 'node:util';
import { reasonOf, WrongUse } from './output.js';

export const viewsUsage = `npm run views -- [COMMAND] [VIEW…] [--server URL]

  list | status [VIEW…]   các khung nhìn và việc đang dựng; mặc định / the views and what is being built; default
  rebuild VIEW… | --all   dựng lại từ nhật ký bên cạnh bản đang dùng, rồi chuyển sang; chạy lại lệnh để xem tiếp
                          build anew from the log beside what serves, then switch; call it again to go on watching
    --no-wait             không chờ đến khi xong / do not wait until it is done
  cancel VIEW…            bỏ lần dựng lại đang chạy / give up a rebuild
  retry VIEW…             áp dụng lại các sự kiện bị để riêng / apply again what was set aside
  --server URL            máy chủ đang chạy, dùng cùng SECRETS_FILE; mặc định HOST và PORT trong cấu hình
                          a running server that uses the same SECRETS_FILE; default: HOST and PORT of the settings
  --help                  trang này / this page`;

const commands = ['list', 'status', 'rebuild', 'cancel', 'retry'] as const;

export interface ViewsRequest {
  readonly command: (typeof commands)[number];
  /** Names of views; empty: all. */
  readonly views: readonly string[];
  readonly wait: boolean;
  readonly server?: string;
}

/**
 * What the command line asks for; `help` when it asks how to.
 * @throws WrongUse
 */
export function parseViewsRequest(parameters: readonly string[]): ViewsRequest | 'help' {
  const { values, positionals } = read(parameters);
  if (values.help) return 'help';
  const [given = 'list', ...views] = positionals;
  const command = commands.find((known) => known === given);
  if (command === undefined) throw wrong(`Không có lệnh ${given}`, `There is no command ${given}`);
  const reads = command === 'list' || command === 'status';
  if (values.all && command !== 'rebuild') throw wrong(`--all: chỉ dùng với rebuild`, `--all: only with rebuild`);
  if (values.all && views.length > 0)
    throw wrong('--all hoặc tên khung nhìn, không cả hai', '--all or names of views, not both');
  if (views.length === 0 && !reads && !values.all)
    throw wrong(`${command}: thiếu tên khung nhìn`, `${command}: the name of a view is missing`);
  if (values.server !== undefined && !/^https?:$/.test(URL.parse(values.server)?.protocol ?? ''))
    throw wrong('--server: cần một địa chỉ http(s)', '--server: an http(s) address is needed');
  return { command, views, wait: !values['no-wait'], ...(values.server !== undefined && { server: values.server }) };
}

function read(parameters: readonly string[]) {
  try {
    return parseArgs({
      args: [...parameters],
      allowPositionals: true,
      options: {
        all: { type: 'boolean', default: false },
        'no-wait': { type: 'boolean', default: false },
        server: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    const reason = reasonOf(error);
    throw wrong(`Tham số không đúng: ${reason}`, `Wrong parameters: ${reason}`);
  }
}

function wrong(vi: string, en: string): WrongUse {
  return new WrongUse({ vi, en: `${en}\n\n${viewsUsage}` });
}
