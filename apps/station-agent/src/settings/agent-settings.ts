import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs, parseEnv } from 'node:util';
import { NotASetting, oneOf, type ParseSetting, path, port, readSettings, type Settings } from '#platform/settings.js';
import { reasonOf, WrongUse } from '#platform/program.js';
import { usage } from './usage.js';

/** Everything that can be set. Paths are absolute, times in milliseconds. */
export interface AgentSettings {
  readonly folder: string;
  readonly server: URL;
  readonly tokenFile: string;
  /** Of the page on this machine; null: no page. */
  readonly pagePort: number | null;
  readonly gzip: boolean;
  readonly stillMs: number;
  readonly cutOffMs: number;
  readonly silenceMs: number;
}

export type AgentRequest =
  | { readonly command: 'help' }
  | {
      readonly command: 'run';
      readonly settings: AgentSettings;
      readonly once: boolean;
      readonly save: SavedSettings | null;
    }
  /** Names in `refused`; empty: all. */
  | { readonly command: 'retry'; readonly folder: string; readonly names: readonly string[] };

export type SavedSettings = Readonly<Record<string, string>>;

const yesOrNo: ParseSetting<boolean> = (text) => oneOf(['true', 'false'])(text) === 'true';

const serverUrl: ParseSetting<URL> = (text) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.search || url.hash || url.username || url.password) {
    throw new NotASetting({
      vi: 'không phải địa chỉ máy chủ; ví dụ: https://lientuyen.caobang.gov.vn',
      en: 'not the address of a server; for example: https://lientuyen.example.vn',
    });
  }
  return url;
};

const seconds =
  (least: number, most: number): ParseSetting<number> =>
  (text) => {
    const value = Number(text);
    if (!(value >= least && value <= most)) {
      throw new NotASetting({ vi: `số giây ${least}–${most}`, en: `seconds, ${least}–${most}` });
    }
    return value * 1000;
  };

const settings = {
  folder: { parse: path },
  server: { parse: serverUrl },
  'token-file': { parse: path },
  page: { parse: (text: string) => (text === 'off' ? null : port(text)), default: '7410' },
  gzip: { parse: yesOrNo, default: 'false' },
  'plain-http': { parse: yesOrNo, default: 'false' },
  still: { parse: seconds(0, 3_600), default: '2' },
  'cut-off': { parse: seconds(0, 86_400), default: '120' },
  silence: { parse: seconds(1, 3_600), default: '120' },
} satisfies Settings;

const options = {
  folder: { type: 'string' },
  server: { type: 'string' },
  'token-file': { type: 'string' },
  page: { type: 'string' },
  gzip: { type: 'boolean' },
  'plain-http': { type: 'boolean' },
  still: { type: 'string' },
  'cut-off': { type: 'string' },
  silence: { type: 'string' },
  once: { type: 'boolean', default: false },
  save: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What relative paths start from; its `.env` is read. */
  readonly workingFolder: string;
}

/** Where the settings that `--save` keeps are. */
export const savedSettingsFile = (folder: string): string => join(folder, '.station-agent', 'settings.json');

/**
 * Reads what is wanted: from the command line, else the environment (`STATION_AGENT_TOKEN_FILE` for `--token-file`), else `.env`, else
 * what was saved in the folder, else the default.
 * @throws WrongUse naming everything that is wrong or missing
 */
export function readRequest(parameters: readonly string[], { environment, workingFolder }: Surroundings): AgentRequest {
  const { values: flags, positionals } = parse(parameters);
  if (flags.help) return { command: 'help' };
  const [command = 'run', ...names] = positionals;
  if (!(command === 'retry' || (command === 'run' && names.length === 0))) throw wrong([`${positionals.join(' ')}?`]);
  const outer = fromEnvironment({ ...parseEnv(textOf(join(workingFolder, '.env'))), ...withoutEmpty(environment) });
  const given = { ...outer, ...textsOf(flags) };
  if (given['folder'] === undefined)
    throw missing(['folder', 'server', 'token-file'].filter((name) => given[name] === undefined));
  const folder = resolve(workingFolder, given['folder']);
  if (command === 'retry') return { command, folder, names };
  const saved = readSaved(savedSettingsFile(folder));
  const { values, faults } = readSettings(settings, { ...saved, ...given });
  if (!values)
    throw new WrongUse({
      vi: faults.map(({ text }) => `--${text.vi}`).join('\n'),
      en: faults.map(({ text }) => `--${text.en}`).join('\n'),
    });
  const { server } = values;
  const tokenFile = values['token-file'];
  if (!server || tokenFile === undefined) {
    throw missing([...(server ? [] : ['server']), ...(tokenFile === undefined ? ['token-file'] : [])]);
  }
  if (server.protocol === 'http:' && !isThisMachine(server) && !values['plain-http']) throw plainHttp();
  return {
    command: 'run',
    once: flags.once,
    save: flags.save ? absolute({ ...saved, ...given }, workingFolder) : null,
    settings: {
      folder,
      server,
      tokenFile: resolve(workingFolder, tokenFile),
      pagePort: values.page,
      gzip: values.gzip,
      stillMs: values.still,
      cutOffMs: values['cut-off'],
      silenceMs: values.silence,
    },
  };
}

function parse(parameters: readonly string[]) {
  try {
    return parseArgs({ args: [...parameters], options, allowPositionals: true, allowNegative: true });
  } catch (error) {
    throw wrong([reasonOf(error)]);
  }
}

const names = Object.keys(settings) as (keyof typeof settings)[];

function textsOf(flags: Readonly<Record<string, string | boolean | undefined>>): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (flags[name] === undefined ? [] : [[name, String(flags[name])]])));
}

function fromEnvironment(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = environment[`STATION_AGENT_${name.replaceAll('-', '_').toUpperCase()}`];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function readSaved(file: string): SavedSettings {
  const text = textOf(file);
  if (text === '') return {};
  try {
    const saved = JSON.parse(text) as unknown;
    if (typeof saved !== 'object' || saved === null || Array.isArray(saved)) throw new TypeError('not an object');
    return Object.fromEntries(Object.entries(saved).map(([name, value]) => [name, String(value)]));
  } catch (error) {
    throw new WrongUse(
      { vi: `Tệp cấu hình không đọc được: ${file}`, en: `The settings cannot be read: ${file}` },
      { cause: error },
    );
  }
}

/** The folder is where the settings are kept, so it is not among them. */
function absolute(given: SavedSettings, workingFolder: string): SavedSettings {
  const rest = Object.fromEntries(Object.entries(given).filter(([name]) => name !== 'folder'));
  const tokenFile = rest['token-file'];
  return { ...rest, ...(tokenFile !== undefined && { 'token-file': resolve(workingFolder, tokenFile) }) };
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return '';
    throw new WrongUse({ vi: `Không đọc được tệp ${file}`, en: `Cannot read the file ${file}` }, { cause: error });
  }
}

const withoutEmpty = (environment: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''));

const isThisMachine = ({ hostname }: URL): boolean => ['localhost', '127.0.0.1', '[::1]'].includes(hostname);

const wrong = (reasons: readonly string[]): WrongUse =>
  new WrongUse({
    vi: `Tham số không đúng: ${reasons.join('; ')}`,
    en: `Wrong parameters: ${reasons.join('; ')}\n\n${usage}`,
  });

const missing = (flags: readonly string[]): WrongUse => {
  const list = flags.map((flag) => `--${flag}`).join(', ');
  return new WrongUse({
    vi: `Thiếu ${list}. Xem hướng dẫn: npm run -s station-agent -- --help`,
    en: `Missing: ${list}. For help: npm run -s station-agent -- --help`,
  });
};

const plainHttp = (): WrongUse =>
  new WrongUse({
    vi: '--server: địa chỉ http:// không mã hóa, hồ sơ sức khỏe có thể bị đọc trên đường truyền. Dùng https://, hoặc thêm --plain-http nếu đường truyền là mạng riêng (VPN).',
    en: '--server: http:// is not encrypted, health records could be read on their way. Use https://, or add --plain-http where the line is a private network (VPN).',
  });
