/** `IntakePort`: the road to intake for services that take messages in other ways than `POST /intake/messages`. */
export const INTAKE = Symbol('Intake');

/** A FHIR message as intake is to keep it. */
export interface IntakeMessage {
  readonly body: Uint8Array;
  readonly contentType: 'application/fhir+json' | 'application/fhir+xml';
  /** Of whoever sends it: intake judges it as if it had come straight. */
  readonly token: string;
  readonly idempotencyKey?: string;
  /** UUID of the request that brought it. */
  readonly correlationId: string;
}

/** What intake has answered, whatever the status. */
export interface IntakeReply {
  readonly status: number;
  /** Id of the receipt; absent when the message was not received. */
  readonly receipt?: string;
  /** Seconds, as in `Retry-After`. */
  readonly retryAfter?: string;
  /** Response Bundle or OperationOutcome; a problem document where the message was refused before it was read as FHIR. */
  readonly body: unknown;
}

/** Hands messages to intake, wherever it runs. */
export interface IntakePort {
  /**
   * Sends one message and waits for its receipt. A message that is sent again is answered again and nothing is taken twice.
   * @throws Problem 503 with `Retry-After` when intake cannot be reached, or has not answered in time: then it may have been taken
   */
  send(message: IntakeMessage): Promise<IntakeReply>;
}

/** Where intake takes messages, on its own server. */
export const messagesPath = '/intake/messages';

/** Headers of the request to intake. */
export function headersOf({
  contentType,
  token,
  idempotencyKey,
  correlationId,
}: IntakeMessage): Readonly<Record<string, string>> {
  return {
    authorization: `Bearer ${token}`,
    'content-type': contentType,
    accept: 'application/fhir+json',
    'x-correlation-id': correlationId,
    ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
  };
}

/** @param header gives a header of the answer by its name in lower case */
export function replyOf(status: number, header: (name: string) => string | undefined, body: unknown): IntakeReply {
  const receipt = /\/intake\/receipts\/([^/?#]+)$/.exec(header('location') ?? '')?.[1];
  const retryAfter = header('retry-after');
  return {
    status,
    ...(receipt !== undefined && { receipt }),
    ...(retryAfter !== undefined && { retryAfter }),
    body,
  };
}
