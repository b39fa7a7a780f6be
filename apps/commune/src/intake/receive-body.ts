import { createHash, hash } from 'node:crypto';
import {
  pieceSize,
  type LargeOriginal,
  type Original,
  type OriginalDetails,
  type Originals,
} from '../originals/originals.js';

/** What is known before the body. */
export type SenderDetails = Omit<OriginalDetails, 'digest'>;

/**
 * Takes a body as it comes: up to {@link pieceSize} it is held, beyond it goes to the originals piece by piece, so that it is
 * kept when its end is here.
 *
 * @param becomesLarge is called once when the body turns out to be longer; may refuse by throwing
 * @returns `undefined` for an empty body
 * @throws what `chunks` throws; nothing is kept of the body then
 */
export async function receiveBody(
  chunks: AsyncIterable<Buffer>,
  details: SenderDetails,
  originals: Pick<Originals, 'upload'>,
  becomesLarge: () => void,
): Promise<Original | LargeOriginal | undefined> {
  const held: Buffer[] = [];
  let size = 0;
  const iterator = chunks[Symbol.asyncIterator]();
  for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
    held.push(next.value);
    size += next.value.length;
    if (size <= pieceSize) continue;
    becomesLarge();
    return receiveLarge(held, iterator, details, originals);
  }
  if (size === 0) return undefined;
  const body = held.length === 1 && held[0] ? held[0] : Buffer.concat(held, size);
  return { ...details, digest: hash('sha256', body), body };
}

async function receiveLarge(
  held: Buffer[],
  rest: AsyncIterator<Buffer>,
  details: SenderDetails,
  originals: Pick<Originals, 'upload'>,
): Promise<LargeOriginal> {
  const upload = await originals.upload();
  const digest = createHash('sha256');
  let size = held.reduce((sum, chunk) => sum + chunk.length, 0);
  const write = async (): Promise<void> => {
    const piece = Buffer.concat(held.splice(0), size);
    size = 0;
    digest.update(piece);
    await upload.write(piece);
  };
  try {
    await write();
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) {
      held.push(next.value);
      size += next.value.length;
      if (size >= pieceSize) await write();
    }
    if (size > 0) await write();
    return await upload.finish({ ...details, digest: digest.digest('hex') });
  } catch (error) {
    // Should that fail too, the next start clears it away.
    await upload.discard().catch(() => undefined);
    throw error;
  }
}
