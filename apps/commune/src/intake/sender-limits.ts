import type { FacilityCode } from '#domain/ids.js';
import { Problem } from '#platform/http/problem.js';

/** Messages of one sender being worked on at once. Beyond it the sender is asked to come back. */
const perSender = 256;
/** Bytes of all senders being worked on at once. */
const bytesInFlight = 256 * 1024 * 1024;

/** Keeps one eager sender from taking the service away from the others, and memory bounded. */
export class SenderLimits {
  readonly #messages = new Map<FacilityCode, number>();
  #bytes = 0;

  /** @throws Problem 429 with `Retry-After` when the sender, or everybody together, has too much under way */
  async within<Result>(sender: FacilityCode, bytes: number, task: () => Promise<Result>): Promise<Result> {
    const messages = this.#messages.get(sender) ?? 0;
    if (messages >= perSender || (this.#bytes > 0 && this.#bytes + bytes > bytesInFlight)) throw tooMany();
    this.#messages.set(sender, messages + 1);
    this.#bytes += bytes;
    try {
      return await task();
    } finally {
      const left = (this.#messages.get(sender) ?? 1) - 1;
      if (left === 0) this.#messages.delete(sender);
      else this.#messages.set(sender, left);
      this.#bytes -= bytes;
    }
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
