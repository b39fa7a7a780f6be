import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type FacilityCode, parseFacilityCode } from '#domain/ids.js';

/** A message file and the facility it says it is from. */
export interface SampleMessage {
  readonly name: string;
  readonly sender: FacilityCode;
  readonly body: Buffer;
}

/** The message files of a folder in the order they are to be sent: insurance envelopes by name, then health records. */
export function sampleFiles(folder: string): readonly string[] {
  return ['qd4750', 'qd831'].flatMap((kind) => {
    const inside = join(folder, kind);
    if (!existsSync(inside)) return [];
    return readdirSync(inside)
      .filter((name) => name.endsWith('.xml'))
      .toSorted()
      .map((name) => join(inside, name));
  });
}

/** The sender stands in `MACSKCB` of an envelope, `SENDER_CODE` of a health record. */
export async function readSample(file: string): Promise<SampleMessage> {
  const body = await readFile(file);
  const [, code = ''] = /<(?:MACSKCB|SENDER_CODE)>\s*(?:<!\[CDATA\[)?\s*([0-9A-Z]+)/.exec(body.toString('utf8')) ?? [];
  const sender = parseFacilityCode(code);
  if (!sender) throw new Error(`${basename(file)} names no sender`);
  return { name: basename(file), sender, body };
}
