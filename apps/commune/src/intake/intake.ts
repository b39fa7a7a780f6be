import { PlaceRegister } from '#domain/places/place-register.js';
import type { Fault } from '#station-formats/station-message.js';
import type { KeyedMutex } from '../keyed-mutex.js';
import type { Originals } from '../originals/originals.js';
import type { MessageContext } from './message-context.js';
import { AppendTooLarge } from '#event-store/errors.js';
import { faultBudget } from './fault-budget.js';
import type { MessageJournal } from './message-journal.js';
import type { IntakeRecord, LargeMessage, ReadMessage, ReceivedMessage } from './message.js';
import { lanesOfRecord } from './record-lanes.js';
import { readMessage } from './read-message.js';
import {
  receiptId,
  receiptStatus,
  type MessageEvent,
  type MessageFormat,
  type Receipt,
  type ReceiptRecord,
  type RefusalStatus,
} from './receipt.js';
import type { RecordIntake } from './record-intake.js';
import { takeInTurn } from './take-in-turn.js';

export type IntakeAnswer =
  | { readonly outcome: 'taken'; readonly receipt: Receipt }
  /** The same message was taken before; its first receipt. */
  | { readonly outcome: 'duplicate'; readonly receipt: Receipt }
  | { readonly outcome: 'refused'; readonly receipt: Receipt; readonly httpStatus: RefusalStatus }
  | { readonly outcome: 'key-reused' };

/**
 * One message, from its bytes to its receipt. The original is kept first, the receipt comes last; every step between is
 * idempotent, so a message that was cut off is finished by running it again.
 */
export class Intake {
  constructor(
    private readonly originals: Originals,
    private readonly journal: MessageJournal,
    private readonly records: Pick<RecordIntake, 'take' | 'unknownAmong'>,
    private readonly messages: KeyedMutex,
    private readonly places: PlaceRegister = new PlaceRegister([]),
    /** Told of every answer. */
    private readonly onAnswer: (answer: IntakeAnswer) => void = () => undefined,
  ) {}

  receive(message: ReceivedMessage | LargeMessage): Promise<IntakeAnswer> {
    const context = contextOf(message);
    return this.#inTurn(message, context, async () => {
      const answered = await this.journal.find(context.receipt);
      if (message.idempotencyKey !== undefined && !(await this.journal.useKey(message.idempotencyKey, context))) {
        await this.#keep(message);
        this.originals.answered(message.facility, message.digest);
        return { outcome: 'key-reused' };
      }
      if (answered?.event?.type === 'MessageAccepted') {
        return { outcome: 'duplicate', receipt: answered.event.data.receipt };
      }
      return this.#answer(message, context, answered?.revision ?? -1, answered?.event);
    });
  }

  /**
   * Runs a message again that has an answer already: parts that were refused may be taken now. Parts that were taken are left
   * alone, or they would undo what newer messages have said since.
   */
  reprocess(message: ReceivedMessage | LargeMessage): Promise<IntakeAnswer> {
    const context = contextOf(message);
    return this.#inTurn(message, context, async () => {
      const answered = await this.journal.find(context.receipt);
      return this.#answer(message, context, answered?.revision ?? -1, answered?.event);
    });
  }

  async #inTurn(
    message: ReceivedMessage | LargeMessage,
    context: MessageContext,
    work: () => Promise<IntakeAnswer>,
  ): Promise<IntakeAnswer> {
    const answer = await this.messages.run(turnOf(message, context), work);
    this.onAnswer(answer);
    return answer;
  }

  async #answer(
    message: ReceivedMessage | LargeMessage,
    context: MessageContext,
    revision: number,
    earlier: MessageEvent | undefined,
  ): Promise<IntakeAnswer> {
    const kept = this.#keep(message);
    // Seen below; should reading throw first, the process must not stop for it.
    kept.catch(() => undefined);
    const read = await readMessage(message, this.places);
    await kept;
    const event = await this.#decide(message, context, read, earlier?.data);
    const answer =
      earlier && sameAnswer(earlier, event) ? earlier : await this.journal.record(event, revision, context);
    this.originals.answered(message.facility, message.digest);
    return answer.type === 'MessageAccepted'
      ? { outcome: 'taken', receipt: answer.data.receipt }
      : { outcome: 'refused', receipt: answer.data.receipt, httpStatus: answer.data.httpStatus };
  }

  async #decide(
    message: ReceivedMessage | LargeMessage,
    context: MessageContext,
    read: ReadMessage,
    earlier: MessageEvent['data'] | undefined,
  ): Promise<MessageEvent> {
    if (read.outcome === 'unknown-format') return refusal(context, 415, 'unknown', [unknownFormat]);
    if (read.outcome === 'unreadable') return refusal(context, 422, read.format, read.faults);
    if (read.sender === '') return refusal(context, 422, read.format, [...read.faults, noSender]);
    if (read.sender !== message.facility) return refusal(context, 403, read.format, [...read.faults, otherSender]);
    const unknown = await this.records.unknownAmong(read.mustBeKnown ?? [], message.facility);
    if (unknown.length > 0) return refusal(context, 422, read.format, [...read.faults, ...unknown]);
    const taken = takenBefore(read.records.length, earlier);
    const withinBudget = faultBudget();
    const records = await takeInTurn(read.records, {
      // A record alone is in nobody's way.
      lanesOf: read.records.length === 1 ? () => [] : lanesOfRecord,
      take: async (record, index) => (taken(index) ?? (await this.#take(record, context))).map(withinBudget),
    });
    const receipt = receiptOf(context, read.format, records.flat(), read.faults);
    const sizes = records.map((parts) => parts.length);
    const data = { receipt, ...(sizes.length > 1 && sizes.some((size) => size !== 1) && { recordSizes: sizes }) };
    return receipt.status === 'refused'
      ? { type: 'MessageRefused', data: { ...data, httpStatus: 422 } }
      : { type: 'MessageAccepted', data };
  }

  async #take(record: IntakeRecord, context: MessageContext): Promise<readonly ReceiptRecord[]> {
    try {
      return await this.records.take(record, context);
    } catch (error) {
      if (!(error instanceof AppendTooLarge)) throw error;
      const episode = record.visits[0]?.visit.episode ?? null;
      return [{ kind: 'visit', episode, outcome: 'refused', resident: null, faults: [recordTooLarge] }];
    }
  }

  /** A large message was kept while it came. */
  async #keep(message: ReceivedMessage | LargeMessage): Promise<void> {
    if ('body' in message) await this.originals.keep(message);
  }
}

function contextOf({ facility, actor, digest, receivedAt }: ReceivedMessage | LargeMessage): MessageContext {
  return { facility, actor, digest, receivedAt, receipt: receiptId(facility, digest) };
}

/** The same message once at a time; of large ones, which take time and memory, one of all. */
function turnOf(message: ReceivedMessage | LargeMessage, { receipt }: MessageContext): readonly string[] {
  return 'body' in message ? [receipt] : [receipt, 'large'];
}

/** What an earlier run took of each record of a message. */
function takenBefore(
  count: number,
  earlier: MessageEvent['data'] | undefined,
): (index: number) => readonly ReceiptRecord[] | undefined {
  const told = earlier?.receipt.records ?? [];
  const sizes = count === 1 ? [told.length] : (earlier?.recordSizes ?? told.map(() => 1));
  if (sizes.length !== count) return () => undefined;
  let end = 0;
  const ends = sizes.map((size) => (end += size));
  return (index) => {
    const parts = told.slice(ends[index - 1] ?? 0, ends[index]);
    return parts.some((part) => part.outcome !== 'refused') ? parts : undefined;
  };
}

function receiptOf(
  context: MessageContext,
  format: MessageFormat,
  records: readonly ReceiptRecord[],
  faults: readonly Fault[],
): Receipt {
  const { receipt: id, facility, receivedAt, digest } = context;
  return { id, status: receiptStatus(records, faults), format, facility, receivedAt, digest, records, faults };
}

function refusal(
  context: MessageContext,
  httpStatus: RefusalStatus,
  format: MessageFormat,
  faults: readonly Fault[],
): MessageEvent {
  return { type: 'MessageRefused', data: { receipt: receiptOf(context, format, [], faults), httpStatus } };
}

/** A refusal repeated for the same reasons is one answer, whenever it was asked for. */
function sameAnswer(earlier: MessageEvent, now: MessageEvent): boolean {
  const content = ({ type, data }: MessageEvent): string =>
    JSON.stringify([type, data.receipt.format, data.receipt.records, data.receipt.faults]);
  return content(earlier) === content(now);
}

const recordTooLarge: Fault = {
  path: '',
  code: 'record-too-large',
  severity: 'error',
  text: {
    vi: 'Hồ sơ này quá lớn để lưu thành một sự kiện. Bản gốc của thông điệp đã được giữ lại.',
    en: 'This record is too large for one event. The original of the message is kept.',
  },
};

const otherSender: Fault = {
  path: 'MACSKCB',
  code: 'sender-is-another-facility',
  severity: 'error',
  text: {
    vi: 'Thông điệp ghi cơ sở gửi khác với cơ sở của tài khoản đang dùng. Mỗi cơ sở chỉ được gửi dữ liệu của chính mình.',
    en: 'The message names another facility as its sender than the one you are signed in for. A facility may send only its own data.',
  },
};

const noSender: Fault = {
  path: 'MACSKCB',
  code: 'sender-missing',
  severity: 'error',
  text: {
    vi: 'Thông điệp không ghi mã cơ sở gửi (MACSKCB hoặc SENDER_CODE).',
    en: 'The message does not name its sender (MACSKCB or SENDER_CODE).',
  },
};

const unknownFormat: Fault = {
  path: '',
  code: 'unknown-format',
  severity: 'error',
  text: {
    vi: 'Định dạng không được nhận. Các định dạng được nhận: XML theo QĐ 4750/3176, XML theo QĐ 831, FHIR R4 (application/fhir+json, application/fhir+xml), lệnh JSON, CSV ngày sàng lọc (text/csv).',
    en: 'This format is not taken. Formats taken: XML of QĐ 4750/3176, XML of QĐ 831, FHIR R4 (application/fhir+json, application/fhir+xml), JSON commands, CSV of a screening day (text/csv).',
  },
};
