import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { reasonOf, WrongUse } from './cli/output.js';

export const usage = `npm start -- [--empty] [--facilities FILE.tsv] [--no-tokens]

  --empty             không nạp dữ liệu mẫu khi chạy lần đầu / do not load the samples at the first start
  --facilities FILE   bảng cơ sở khám chữa bệnh (cột như samples/*/facilities.tsv) / table of facilities
  --no-tokens         không in mã truy cập / do not print tokens
  --help              trang này / this page

Cấu hình bằng biến môi trường hoặc tệp .env / settings by environment or .env:
  PORT 3000 · HOST 127.0.0.1 · DATA_DIR ./data · SECRETS_FILE ./secrets/lien-tuyen.json · ENGINES embedded
  OIDC_ISSUER · OIDC_AUDIENCE lien-tuyen · LOG_LEVEL info · BODY_LIMIT 50MiB · EXPORT_KEEP_HOURS 24`;

export interface StartArguments {
  readonly empty: boolean;
  readonly tokens: boolean;
  readonly help: boolean;
  /** Absolute path; absent: the table that ships with the samples. */
  readonly facilities?: string;
}

/** @throws WrongUse */
export function parseStartArguments(parameters: readonly string[], folder: string): StartArguments {
  try {
    const { values } = parseArgs({
      args: [...parameters],
      options: {
        empty: { type: 'boolean', default: false },
        facilities: { type: 'string' },
        'no-tokens': { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    return {
      empty: values.empty,
      tokens: !values['no-tokens'],
      help: values.help,
      ...(values.facilities !== undefined && { facilities: resolve(folder, values.facilities) }),
    };
  } catch (error) {
    const reason = reasonOf(error);
    throw new WrongUse({ vi: `Tham số không đúng: ${reason}`, en: `Wrong parameters: ${reason}\n\n${usage}` });
  }
}
