import { Problem } from './problem.js';

const mebibyte = 1024 * 1024;

/** What may be worked on at once. Beyond it a sender is asked to come back. */
export interface MostUnderWay {
  /** Messages of one sender. */
  readonly perSender: number;
  /** Large messages of one sender: others must find room too. */
  readonly largePerSender: number;
  /** Bytes of one sender. */
  readonly bytesPerSender: number;
  /** Bytes of all senders. */
  readonly bytesInFlight: number;
}

/** Of one sender four large messages and some small ones, so that the others find room. */
const ofIntake: MostUnderWay = {
  perSender: 256,
  largePerSender: 4,
  bytesPerSender: 160 * mebibyte,
  bytesInFlight: 256 * mebibyte,
};
/** What a large message takes while it is read piece by piece, however long it is. */
const largeTakes = 32 * mebibyte;

/** The room that one message has. */
export interface Room {
  /** So many more bytes are here. Those of a large message are counted already. @throws Problem 429 when there is no room for them */
  readonly takes: (bytes: number) => void;
  /** The message is too large to be held and will be read in pieces. @throws Problem 429 when there is no room for it */
  readonly becomesLarge: () => void;
}

interface UnderWay {
  messages: number;
  large: number;
  bytes: number;
}

/** Keeps one eager sender from taking the service away from the others, and memory bounded. */
export class SenderLimits {
  readonly #senders = new Map<string, UnderWay>();
  #bytes = 0;

  constructor(private readonly most: MostUnderWay = ofIntake) {}

  /**
   * @param bytes of the message that are here already. What is only announced takes no room: its sender may never bring it.
   * @throws Problem 429 with `Retry-After` when the sender, or everybody together, has too much under way
   */
  async within<Result>(sender: string, bytes: number, task: (room: Room) => Promise<Result>): Promise<Result> {
    const underWay = this.#senders.get(sender) ?? { messages: 0, large: 0, bytes: 0 };
    if (underWay.messages >= this.most.perSender || !this.#hasRoom(underWay, bytes)) throw tooMany();
    let taken = 0;
    let large = false;
    const take = (more: number): void => {
      taken += more;
      underWay.bytes += more;
      this.#bytes += more;
    };
    underWay.messages += 1;
    take(bytes);
    this.#senders.set(sender, underWay);
    const takes = (more: number): void => {
      if (large) return;
      if (!this.#hasRoom(underWay, more)) throw tooMany();
      take(more);
    };
    const becomesLarge = (): void => {
      if (large) return;
      if (underWay.large >= this.most.largePerSender || !this.#hasRoom(underWay, largeTakes - taken)) throw tooMany();
      large = true;
      underWay.large += 1;
      take(largeTakes - taken);
    };
    try {
      return await task({ takes, becomesLarge });
    } finally {
      underWay.messages -= 1;
      if (large) underWay.large -= 1;
      take(-taken);
      if (underWay.messages === 0) this.#senders.delete(sender);
    }
  }

  /** A message alone always has room. */
  #hasRoom(underWay: UnderWay, bytes: number): boolean {
    const fits = (held: number, most: number): boolean => held === 0 || held + bytes <= most;
    return fits(this.#bytes, this.most.bytesInFlight) && fits(underWay.bytes, this.most.bytesPerSender);
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
