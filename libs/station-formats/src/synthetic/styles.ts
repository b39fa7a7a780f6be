import { tidyEnvelope, tidyTable, type EnvelopeStyle, type TableStyle } from '../writing/write-envelope.js';
import { tidyHealthRecord, type HealthRecordStyle } from '../writing/write-health-record.js';
import type { SeededRandom } from './random.js';

/** Software that follows the standard; what it leaves open differs from table to table. */
export function tidyStyle(random: SeededRandom): EnvelopeStyle {
  const values = random.pick(['escaped', 'cdata'] as const);
  const form = random.pick(['4750', '3176', 'both'] as const);
  return { ...tidyEnvelope, table: () => ({ ...tidyTable, values, form, declaration: random.chance(0.5) }) };
}

/** Software as it is found: every liberty that a reader has to forgive. */
export function untidyStyle(random: SeededRandom): EnvelopeStyle {
  const lineEnd = random.pick(['\n', '\r\n'] as const);
  const form = random.pick(['4750', '3176', 'both'] as const);
  const content = random.pick(['base64', 'base64', 'base64', 'plain', 'cdata', 'escaped'] as const);
  const values = random.pick(['escaped', 'cdata'] as const);
  const order = random.chance(0.15) ? 'reversed' : 'table';
  const kindFirst = !random.chance(0.1);
  const composition = random.chance(0.1) ? 'NFD' : 'NFC';
  return {
    byteOrderMark: random.chance(0.3),
    declaration: random.chance(0.8),
    lineEnd,
    senderFirst: !random.chance(0.1),
    encoding: 'utf-8',
    tags: 'plain',
    table: (): TableStyle => ({
      content,
      base64Line: random.pick([0, 0, 64, 76]),
      base64Alphabet: random.chance(0.1) ? 'url-safe' : 'standard',
      base64Padding: !random.chance(0.1),
      encoding: 'utf-8',
      tags: 'plain',
      composition,
      byteOrderMark: random.chance(0.4),
      declaration: random.chance(0.5),
      lineEnd: random.pick(['', '\n', '\r\n']),
      values,
      empty: random.pick(['pair', 'self-closed', 'self-closed-spaced', 'omitted']),
      form,
      order,
      kindFirst,
    }),
  };
}

export function recordStyle(random: SeededRandom, untidy: boolean): HealthRecordStyle {
  if (!untidy) return tidyHealthRecord;
  return {
    byteOrderMark: random.chance(0.3),
    declaration: random.chance(0.7),
    lineEnd: random.pick(['', '\n', '\r\n']),
    values: random.pick(['escaped', 'cdata']),
    empty: random.pick(['pair', 'self-closed', 'self-closed-spaced', 'omitted']),
  };
}
