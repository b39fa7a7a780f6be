import { createHash, hash } from 'node:crypto';
import {
  mostHeld,
  pieceSize,
  type LargeOriginal,
  type Original,
  type OriginalDetails,
  type Originals,
  type Upload,
} from '../originals/originals.js';

/** What is known before the body. */
export type SenderDetails = Omit<OriginalDetails, 'digest'>;

/**
 * Takes a body as it comes: up to {@link mostHeld} it is held, beyond it goes to the originals piece by piece, so that it is
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
  let large: LargeBody | undefined;
  try {
    for await (const chunk of chunks) {
      held.push(chunk);
      size += chunk.length;
      if (!large && size > mostHeld) {
        becomesLarge();
        large = new LargeBody(await originals.upload());
      }
      if (large) await large.add(held);
    }
    if (large) return await large.finish(held, details);
  } catch (error) {
    await large?.discard();
    throw error;
  }
  if (size === 0) return undefined;
  const body = held.length === 1 && held[0] ? held[0] : Buffer.concat(held, size);
  return { ...details, digest: hash('sha256', body), body };
}

/** Chunks become pieces of the upload as they come. */
class LargeBody {
  readonly #upload: Upload;
  readonly #digest = createHash('sha256');

  constructor(upload: Upload) {
    this.#upload = upload;
  }

  /** Takes the chunks out of the list when they make a piece. */
  async add(held: Buffer[]): Promise<void> {
    if (held.reduce((sum, chunk) => sum + chunk.length, 0) >= pieceSize) await this.#write(held);
  }

  async finish(held: Buffer[], details: SenderDetails): Promise<LargeOriginal> {
    if (held.length > 0) await this.#write(held);
    return this.#upload.finish({ ...details, digest: this.#digest.digest('hex') });
  }

  /** Should that fail too, the next start clears it away. */
  async discard(): Promise<void> {
    await this.#upload.discard().catch(() => undefined);
  }

  async #write(held: Buffer[]): Promise<void> {
    const piece = Buffer.concat(held.splice(0));
    this.#digest.update(piece);
    await this.#upload.write(piece);
  }
}
