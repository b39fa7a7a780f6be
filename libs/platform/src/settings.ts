/** Parse functions of single settings. A value that does not parse is answered with what is wrong and what is allowed, in both languages. */
import { isIP } from 'node:net';
import type { Bilingual } from '#domain/bilingual.js';

export class NotASetting extends Error {
  constructor(readonly text: Bilingual) {
    super(text.en);
  }
}

/** @throws NotASetting */
export type ParseSetting<Value> = (text: string) => Value;

export interface Setting<Value> {
  readonly parse: ParseSetting<Value>;
  readonly default?: string;
}

export type Settings = Readonly<Record<string, Setting<unknown>>>;

export type SettingValues<All extends Settings> = {
  readonly [Name in keyof All]: All[Name] extends { readonly default: string }
    ? ReturnType<All[Name]['parse']>
    : ReturnType<All[Name]['parse']> | undefined;
};

/** All values, or every fault at once; each fault begins with the name of its setting. */
export function readSettings<All extends Settings>(
  settings: All,
  given: Readonly<Record<string, string | undefined>>,
): { values: SettingValues<All>; faults: [] } | { values?: never; faults: NotASetting[] } {
  const values: Record<string, unknown> = {};
  const faults: NotASetting[] = [];
  for (const [name, setting] of Object.entries(settings)) {
    const text = given[name]?.trim() || setting.default;
    if (text === undefined) continue;
    try {
      values[name] = setting.parse(text);
    } catch (error) {
      if (!(error instanceof NotASetting)) throw error;
      faults.push(new NotASetting({ vi: `${name}: ${error.text.vi}`, en: `${name}: ${error.text.en}` }));
    }
  }
  return faults.length > 0 ? { faults } : { values: values as SettingValues<All>, faults: [] };
}

export const port: ParseSetting<number> = (text) => {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : -1;
  if (value < 0 || value > 65_535)
    throw refused(text, 'số cổng 0–65535 (0: cổng trống bất kỳ)', 'a port number 0–65535 (0: any free port)');
  return value;
};

export const wholeNumber =
  (least: number, most: number): ParseSetting<number> =>
  (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : -1;
    if (value < least || value > most) throw refused(text, `${least}–${most}`, `${least}–${most}`);
    return value;
  };

/** Anything; never repeated in a fault. */
export const secretText: ParseSetting<string> = (text) => text;

export const hostName: ParseSetting<string> = (text) => {
  if (!/^[0-9A-Za-z.:_-]{1,253}$/.test(text))
    throw refused(text, 'tên máy hoặc địa chỉ IP', 'a host name or an IP address');
  return text;
};

export const path: ParseSetting<string> = (text) => {
  if (text.includes('\0')) throw refused(text, 'một đường dẫn', 'a path');
  return text;
};

export const word: ParseSetting<string> = (text) => {
  if (/\s/.test(text)) throw refused(text, 'một từ không có khoảng trắng', 'one word without spaces');
  return text;
};

export const oneOf =
  <const Value extends string>(allowed: readonly Value[]): ParseSetting<Value> =>
  (text) => {
    const found = allowed.find((value) => value === text.toLowerCase());
    if (found === undefined) throw refused(text, allowed.join(' | '), allowed.join(' | '));
    return found;
  };

/** Bytes, or a number with `KiB` or `MiB`. */
export const byteSize =
  (smallest: number, largest: number): ParseSetting<number> =>
  (text) => {
    const found = /^(\d+(?:\.\d+)?)\s*(B|KiB|MiB)?$/i.exec(text);
    const unit = { b: 1, kib: 1024, mib: 1024 ** 2 }[found?.[2]?.toLowerCase() ?? 'b'] ?? 1;
    const bytes = Math.round(Number(found?.[1]) * unit);
    if (!(bytes >= smallest && bytes <= largest)) {
      const range = `${smallest / 1024}KiB – ${largest / 1024 ** 2}MiB`;
      throw refused(text, `số byte, KiB hoặc MiB trong khoảng ${range}`, `bytes, KiB or MiB from ${range}`);
    }
    return bytes;
  };

/** The value is not repeated in the fault: such a URL may hold a password. */
export const url =
  (...protocols: readonly string[]): ParseSetting<string> =>
  (text) => {
    if (!URL.canParse(text) || !protocols.includes(new URL(text).protocol)) throw wrongAddress(protocols);
    return text;
  };

/** An address that may name several hosts (`esdb://es1:2113,es2:2113`), which no URL can; whoever opens it reads the rest. */
export const addressOfHosts =
  (...protocols: readonly string[]): ParseSetting<string> =>
  (text) => {
    if (!protocols.some((protocol) => text.startsWith(`${protocol}//`)) || !/^[^/]+\/\/[^/\s]+(\/\S*)?$/.test(text)) {
      throw wrongAddress(protocols);
    }
    return text;
  };

function wrongAddress(protocols: readonly string[]): NotASetting {
  const allowed = protocols.map((protocol) => `${protocol}//…`).join(' | ');
  return new NotASetting({
    vi: `không phải địa chỉ hợp lệ; cho phép: ${allowed}`,
    en: `not a valid address; allowed: ${allowed}`,
  });
}

/** `https:`, or `http:` on this machine alone: keys fetched in clear text could be replaced on the way. */
export const secureUrl: ParseSetting<string> = (text) => {
  const found = URL.canParse(text) ? new URL(text) : undefined;
  const local = found?.protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(found.hostname);
  if (!found || (found.protocol !== 'https:' && !local) || found.search || found.hash || found.username) {
    throw new NotASetting({
      vi: 'không phải địa chỉ hợp lệ; cho phép: https://… (http:// chỉ với localhost)',
      en: 'not a valid address; allowed: https://… (http:// for localhost only)',
    });
  }
  return text;
};

export const listOfBrokers: ParseSetting<readonly string[]> = (text) => {
  const brokers = text.split(',').map((broker) => broker.trim());
  if (!brokers.every((broker) => /^[0-9A-Za-z.:[\]_-]+:\d{1,5}$/.test(broker))) {
    throw refused(text, 'danh sách máy:cổng, cách nhau bằng dấu phẩy', 'a list of host:port, separated by commas');
  }
  return brokers;
};

/** Networks as `10.20.0.0/16`, several parted by commas; of IPv6 as well. */
export const listOfNetworks: ParseSetting<readonly string[]> = (text) => {
  const networks = text.split(',').map((network) => network.trim());
  const fits = (network: string): boolean => {
    const [address = '', bits = '', ...more] = network.split('/');
    const family = isIP(address);
    return family !== 0 && more.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 6 ? 128 : 32);
  };
  if (!networks.every(fits)) {
    throw refused(
      text,
      'danh sách mạng như 10.20.0.0/16, cách nhau bằng dấu phẩy',
      'a list of networks such as 10.20.0.0/16, separated by commas',
    );
  }
  return networks;
};

function refused(text: string, vi: string, en: string): NotASetting {
  const shown = JSON.stringify(text.slice(0, 80));
  return new NotASetting({
    vi: `giá trị ${shown} không hợp lệ; cho phép: ${vi}`,
    en: `the value ${shown} is wrong; allowed: ${en}`,
  });
}
