import type { FacilityCode } from '#domain/ids.js';
import { Problem } from '#platform/http/problem.js';

/** Messages of one sender being worked on at once. Beyond it the sender is asked to come back. */
const perSender = 256;
/** Large messages of one sender at once: others must find room too. */
const largePerSender = 4;
/** Bytes of all senders being worked on at once. */
const bytesInFlight = 256 * 1024 * 1024;
/** What a large message takes while it is read piece by piece, however long it is. */
const largeTakes = 32 * 1024 * 1024;

/** The room that one message has. */
export interface Room {
  /** The message is too large to be held and will be read in pieces. @throws Problem 429 when there is no room for it */
  readonly becomesLarge: () => void;
}

interface UnderWay {
  messages: number;
  large: number;
}

/** Keeps one eager sender from taking the service away from the others, and memory bounded. */
export class SenderLimits {
  readonly #senders = new Map<FacilityCode, UnderWay>();
  #bytes = 0;

  /**
   * @param bytes that the message will take, as far as it is known
   * @throws Problem 429 with `Retry-After` when the sender, or everybody together, has too much under way
   */
  async within<Result>(sender: FacilityCode, bytes: number, task: (room: Room) => Promise<Result>): Promise<Result> {
    const underWay = this.#senders.get(sender) ?? { messages: 0, large: 0 };
    if (underWay.messages >= perSender || !this.#hasRoom(bytes)) throw tooMany();
    let taken = bytes;
    let large = false;
    underWay.messages += 1;
    this.#bytes += taken;
    this.#senders.set(sender, underWay);
    const becomesLarge = (): void => {
      if (large) return;
      this.#bytes -= taken;
      const hasRoom = underWay.large < largePerSender && this.#hasRoom(largeTakes);
      if (hasRoom) {
        large = true;
        underWay.large += 1;
        taken = largeTakes;
      }
      this.#bytes += taken;
      if (!hasRoom) throw tooMany();
    };
    try {
      return await task({ becomesLarge });
    } finally {
      underWay.messages -= 1;
      if (large) underWay.large -= 1;
      if (underWay.messages === 0) this.#senders.delete(sender);
      this.#bytes -= taken;
    }
  }

  #hasRoom(bytes: number): boolean {
    return this.#bytes === 0 || this.#bytes + bytes <= bytesInFlight;
  }
}

function tooMany(): Problem {
  return new Problem(
    429,
    'too-many-messages',
    { vi: 'Đang xử lý quá nhiều thông điệp', en: 'Too many messages under way' },
    {
      detail: {
        vi: 'Hãy gửi lại sau vài giây. Thông điệp này chưa được nhận.',
        en: 'Please send it again in a few seconds. This message has not been received.',
      },
      headers: { 'Retry-After': '2' },
    },
  );
}
