import { readEnvelopeRows } from '../read-envelope-rows.js';
import {
  tidyEnvelope,
  tidyTable,
  writeEnvelope,
  type RecordTables,
  type TableRow,
  type TableStyle,
} from '../writing/write-envelope.js';

/**
 * Episodes without end: those of some envelopes over and over, each time as other episodes of other people. Synthetic.
 * @param first number of the first copy: from different numbers come different episodes
 */
export function* manyEpisodes(envelopes: readonly Uint8Array[], first = 1): Generator<RecordTables, never, undefined> {
  const all = envelopes.flatMap((bytes) => readEnvelopeRows(bytes).records.map(({ tables }) => tables));
  // What was sent a second time is one episode.
  const known = [...new Map(all.map((tables) => [tables['XML1']?.[0]?.['MA_LK'], tables])).values()];
  if (known.length === 0) throw new RangeError('there is no episode to repeat');
  for (let copy = first; ; copy += 1) {
    for (const tables of known) yield copyOf(tables, copy);
  }
}

/**
 * Envelopes of so many episodes each, until there are no more.
 * @param content how the inner documents are written
 */
export function* envelopesOf(
  sender: string,
  episodes: Iterable<RecordTables>,
  perEnvelope: number,
  content: TableStyle['content'] = 'base64',
): Generator<Buffer, void, undefined> {
  const style = { ...tidyEnvelope, table: () => ({ ...tidyTable, content, declaration: content !== 'plain' }) };
  let records: RecordTables[] = [];
  for (const episode of episodes) {
    records.push(episode);
    if (records.length < perEnvelope) continue;
    yield writeEnvelope({ sender, created: '20261031', records }, style);
    records = [];
  }
  if (records.length > 0) yield writeEnvelope({ sender, created: '20261031', records }, style);
}

/** One envelope of about that many bytes, and not more. */
export function largeEnvelope(
  sender: string,
  envelopes: readonly Uint8Array[],
  bytes: number,
  content: TableStyle['content'] = 'base64',
): { readonly bytes: Buffer; readonly episodes: number } {
  const written = (count: number): Buffer => {
    const [envelope] = envelopesOf(sender, manyEpisodes(envelopes), count, content);
    if (!envelope) throw new RangeError('there is no room for an episode');
    return envelope;
  };
  let episodes = 100;
  for (let envelope = written(episodes); ; envelope = written(episodes)) {
    if (envelope.byteLength <= bytes && envelope.byteLength > bytes * 0.97) return { bytes: envelope, episodes };
    episodes = Math.max(1, Math.floor((episodes * bytes * 0.985) / envelope.byteLength));
  }
}

/** Names, birth dates and numbers of people and episodes become others; everything else stays. */
function copyOf(tables: RecordTables, copy: number): RecordTables {
  const changed = (row: TableRow): TableRow =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [name, changes[name]?.(value, copy) ?? value]));
  return Object.fromEntries(Object.entries(tables).map(([name, rows]) => [name, rows?.map(changed)]));
}

const shifted = (value: string, copy: number): string =>
  value.slice(0, -6) + String((Number(value.slice(-6)) + copy * 7919) % 1_000_000).padStart(6, '0');

const syllables = 'An Bích Chi Dao Giang Hạ Khê Lam Mận Nghi Oanh Phấn Quế Sa Thương Uyên Vy Xoan Yên Đào'.split(' ');

/** Another given name of two syllables, another after each copy for four hundred of them. */
function renamed(name: string, copy: number): string {
  const [family = '', ...others] = name.split(' ');
  const syllable = (place: number): string => syllables[place % syllables.length] ?? '';
  return [family, ...others.slice(0, 1), syllable(copy), syllable(Math.floor(copy / syllables.length))].join(' ');
}

/** Another day of the same year, where the day is known. */
function anotherDay(date: string, copy: number): string {
  if (!/^\d{8}/.test(date) || date.slice(4, 8).includes('00')) return date;
  const two = (value: number): string => String(value).padStart(2, '0');
  return date.slice(0, 4) + two(1 + (copy % 12)) + two(1 + (Math.floor(copy / 12) % 28)) + date.slice(8);
}

const changes: Readonly<Record<string, (value: string, copy: number) => string>> = {
  HO_TEN: renamed,
  NGAY_SINH: anotherDay,
  DIEN_THOAI: shifted,
  MA_LK: (value, copy) => `${value}.${copy}`,
  MA_BN: (value, copy) => `${value}.${copy}`,
  SO_CCCD: (value, copy) => (/^\d{12}$/.test(value) ? shifted(value, copy) : value),
  MA_THE_BHYT: (value, copy) =>
    value
      .split(';')
      .map((card) => (/^[A-Z]{2}\d{13}$/.test(card) || /^\d{10}$/.test(card) ? shifted(card, copy) : card))
      .join(';'),
};
