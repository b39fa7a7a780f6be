import type { Bundle, OperationOutcome } from '@medplum/fhirtypes';
import type { EventStore } from '#event-store/event-store.js';
import { streamName } from '#event-store/event-store.js';
import { isObject, type Json, objectsOf, textOf } from '#fhir/reading/json.js';
import type { View } from '#projections/view-host.js';
import type { IntakeMessage, IntakePort, IntakeReply } from '#service/intake/intake-port.js';
import { issue, type IssueType, outcome } from '../http/fhir-fault.js';

/** How long an answer waits for the record to show what was taken. */
const longestWaitMs = 10_000;

export interface TakenMessage {
  readonly outcome: 'taken';
  /** Id of the receipt. */
  readonly receipt: string;
  /** The same message was taken before; this is the first answer again. */
  readonly duplicate: boolean;
  /** Whether the record shows all of it. */
  readonly shown: boolean;
  /** As intake answers it: a response Bundle, or a message with one inside. */
  readonly answer: Bundle;
}

export interface RefusedMessage {
  readonly outcome: 'refused';
  readonly status: number;
  readonly reasons: OperationOutcome;
  readonly receipt?: string;
  readonly retryAfter?: string;
}

/** Hands messages to intake, and waits until the record shows what came of them. */
export class MessageTaking {
  constructor(
    private readonly intake: IntakePort,
    private readonly events: Pick<EventStore, 'readStream'>,
    private readonly view: Pick<View, 'waitFor'>,
    private readonly waitMs: number = longestWaitMs,
  ) {}

  /** @throws Problem 503 when intake does not answer */
  async take(message: IntakeMessage): Promise<TakenMessage | RefusedMessage> {
    const reply = await this.intake.send(message);
    const { status, receipt, body } = reply;
    if ((status !== 200 && status !== 201) || receipt === undefined) return refusalOf(reply);
    return {
      outcome: 'taken',
      receipt,
      duplicate: status === 200,
      shown: await this.#shows(receipt),
      answer: body as Bundle,
    };
  }

  /** The receipt is the last of a message's events: a view that has it has all. */
  async #shows(receipt: string): Promise<boolean> {
    const stream = streamName('message', receipt);
    const [newest] = await this.events.readStream(stream, { direction: 'backwards', limit: 1 });
    return newest !== undefined && this.view.waitFor(newest.position, this.waitMs);
  }
}

const issueTypes: Readonly<Record<number, IssueType>> = {
  401: 'login',
  403: 'forbidden',
  409: 'conflict',
  413: 'too-long',
  415: 'not-supported',
  429: 'throttled',
  503: 'transient',
};

/** Whatever intake says is an OperationOutcome here. */
function refusalOf({ status, receipt, retryAfter, body }: IntakeReply): RefusedMessage {
  return {
    outcome: 'refused',
    status: status >= 400 ? status : 502,
    reasons: isOutcome(body) ? body : outcome([issue('error', issueTypes[status] ?? 'invalid', problemText(body))]),
    ...(receipt !== undefined && { receipt }),
    ...(retryAfter !== undefined && { retryAfter }),
  };
}

const isOutcome = (body: unknown): body is OperationOutcome =>
  isObject(body) && body['resourceType'] === 'OperationOutcome' && objectsOf(body['issue']).length > 0;

/** What a problem document says in its two languages. */
function problemText(body: unknown): { readonly vi: string; readonly en: string } {
  const said = isObject(body) ? body : {};
  const english: Json | undefined = said['en'];
  const wordsOf = (part: Readonly<Record<string, Json | undefined>>): string =>
    [textOf(part['title']), textOf(part['detail'])].filter((one) => one !== undefined).join('. ');
  return {
    vi: wordsOf(said) || 'Nơi tiếp nhận không nhận thông điệp này.',
    en: (isObject(english) ? wordsOf(english) : '') || 'Intake has not taken this message.',
  };
}
