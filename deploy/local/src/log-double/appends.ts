/** The two ways of the protocol to append: one call per append, and the long-lived stream of appends. */
import type { Metadata, sendUnaryData, ServerDuplexStream, ServerReadableStream } from '@grpc/grpc-js';
import anyMessages from 'google-protobuf/google/protobuf/any_pb.js';
import emptyMessages from 'google-protobuf/google/protobuf/empty_pb.js';
import type { Message } from 'google-protobuf';
import streams, {
  type AppendReq,
  type AppendResp as AppendRespMessage,
  type BatchAppendReq,
  type BatchAppendResp as BatchAppendRespMessage,
} from '@eventstore/db-client/generated/streams_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import statuses from '@eventstore/db-client/generated/status_pb.js';
import type { AppendFault } from './faults.js';
import type { Expected, ProposedRecord, TransactionLog, WriteDecision } from './transaction-log.js';
import { errors, streamIdentifier } from './wire-forms.js';

const { AppendResp, BatchAppendResp } = streams;

export interface AppendService {
  readonly log: TransactionLog;
  /** Bytes of one append; as the server counts them. */
  readonly appendLimitBytes: number;
  readonly fault: () => AppendFault | undefined;
  readonly wait: () => Promise<void>;
  readonly refusal: (call: { readonly metadata: Metadata }) => object | undefined;
}

interface PendingAppend {
  readonly stream: string;
  readonly expected: Expected;
  readonly events: ProposedRecord[];
}

export function serveBatchAppend(
  service: AppendService,
  call: ServerDuplexStream<BatchAppendReq, BatchAppendRespMessage>,
): void {
  const pending = new Map<string, PendingAppend>();
  let over = false;
  const fail = (error: object): void => {
    if (over) return;
    over = true;
    call.emit('error', error);
  };
  call.on('error', () => (over = true));
  call.on('cancelled', () => (over = true));
  call.on('end', () => call.end());
  call.on('data', (request: BatchAppendReq) => {
    const refusal = service.refusal(call);
    if (refusal !== undefined) return fail(refusal);
    const correlation = request.getCorrelationId()?.getString() ?? '';
    const options = request.getOptions();
    if (options !== undefined) {
      const stream = Buffer.from(options.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString();
      const expected = expectedOf(options, () => options.getStreamPosition());
      pending.set(correlation, { stream, expected, events: [] });
    }
    const append = pending.get(correlation);
    if (append === undefined) return;
    append.events.push(...request.getProposedMessagesList().map(proposed));
    if (!request.getIsFinal()) return;
    pending.delete(correlation);
    void answer(append, correlation);
  });

  async function answer(append: PendingAppend, correlation: string): Promise<void> {
    const fault = service.fault();
    if (fault === 'unavailable') return fail(errors.unavailable());
    if (fault === 'access-denied')
      return respond(append, correlation, errorStatus(new shared.AccessDenied(), 'AccessDenied'));
    if (fault === 'timeout') return respond(append, correlation, errorStatus(new shared.Timeout(), 'Timeout'));
    if (fault === 'busy') return respond(append, correlation, busy());
    const decision = decide(service, append);
    await service.wait();
    if (fault === 'unavailable-though-written') return fail(errors.unavailable());
    if (fault === 'silent-though-written') return;
    if (fault === 'ended-though-written') return void call.end();
    if (fault === 'timeout-though-written') {
      return respond(append, correlation, errorStatus(new shared.Timeout(), 'Timeout'));
    }
    respond(append, correlation, decision);
  }

  function respond(
    append: PendingAppend,
    correlation: string,
    outcome: InstanceType<typeof BatchAppendResp.Success> | InstanceType<typeof statuses.Status>,
  ): void {
    if (over || call.writableEnded) return;
    const response = new BatchAppendResp();
    const id = new shared.UUID();
    id.setString(correlation);
    response.setCorrelationId(id);
    response.setStreamIdentifier(streamIdentifier(append.stream));
    if (outcome instanceof statuses.Status) response.setError(outcome);
    else response.setSuccess(outcome);
    call.write(response);
  }
}

function decide(
  { log, appendLimitBytes }: AppendService,
  { stream, expected, events }: PendingAppend,
): InstanceType<typeof BatchAppendResp.Success> | InstanceType<typeof statuses.Status> {
  const size = events.reduce(
    (sum, event) => sum + 2 * event.type.length + event.data.length + event.metadata.length,
    0,
  );
  if (size > appendLimitBytes) {
    const exceeded = new shared.MaximumAppendSizeExceeded();
    exceeded.setMaxappendsize(appendLimitBytes);
    return errorStatus(exceeded, 'MaximumAppendSizeExceeded');
  }
  const decision = log.write(stream, expected, events);
  switch (decision.kind) {
    case 'written':
    case 'idempotent': {
      const success = new BatchAppendResp.Success();
      success.setCurrentRevision(String(decision.revision));
      const position = new shared.AllStreamPosition();
      position.setCommitPosition(String(decision.position));
      position.setPreparePosition(String(decision.position));
      success.setPosition(position);
      return success;
    }
    case 'wrong-expected-version': {
      const wrong = new shared.WrongExpectedVersion();
      if (decision.current >= 0) wrong.setCurrentStreamRevision(String(decision.current));
      else wrong.setCurrentNoStream(new emptyMessages.Empty());
      return errorStatus(wrong, 'WrongExpectedVersion');
    }
    case 'stream-deleted': {
      const deleted = new shared.StreamDeleted();
      deleted.setStreamIdentifier(streamIdentifier(stream));
      return errorStatus(deleted, 'StreamDeleted');
    }
    case 'corrupted-idempotency':
      return errorStatus(new shared.Unknown(), 'Unknown');
    default:
      return decision satisfies never;
  }
}

function errorStatus(details: Message, name: string): InstanceType<typeof statuses.Status> {
  const packed = new anyMessages.Any();
  packed.pack(details.serializeBinary(), `event_store.client.${name}`);
  const status = new statuses.Status();
  status.setMessage(name);
  status.setDetails(packed);
  return status;
}

function busy(): InstanceType<typeof statuses.Status> {
  const packed = new anyMessages.Any();
  packed.pack(new emptyMessages.Empty().serializeBinary(), 'google.protobuf.Empty');
  const status = new statuses.Status();
  status.setMessage('Server Is Busy');
  status.setDetails(packed);
  return status;
}

function proposed(message: InstanceType<typeof streams.BatchAppendReq.ProposedMessage>): ProposedRecord {
  const metadata = message.getMetadataMap();
  return {
    id: message.getId()?.getString() ?? '',
    type: metadata.get('type') ?? '',
    contentType: metadata.get('content-type') ?? '',
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  };
}

function expectedOf(
  options: { hasNoStream(): boolean; hasStreamExists(): boolean; hasAny(): boolean },
  revision: () => string,
): Expected {
  if (options.hasNoStream()) return 'no-stream';
  if (options.hasStreamExists()) return 'stream-exists';
  return options.hasAny() ? 'any' : Number(revision());
}

/** For what else speaks to the server: one call per append. */
export function serveAppend(
  service: AppendService,
  call: ServerReadableStream<AppendReq, AppendRespMessage>,
  answer: sendUnaryData<AppendRespMessage>,
): void {
  let append: PendingAppend | undefined;
  call.on('data', (request: AppendReq) => {
    const options = request.getOptions();
    if (options !== undefined) {
      const stream = Buffer.from(options.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString();
      const expected = expectedOf(options, () => options.getRevision());
      append = { stream, expected, events: [] };
    }
    const message = request.getProposedMessage();
    if (message !== undefined) append?.events.push(proposed(message));
  });
  call.on('end', () => {
    if (append === undefined) return;
    const decision = service.log.write(append.stream, append.expected, append.events);
    answer(null, appendResponse(decision));
  });
}

function appendResponse(decision: WriteDecision): AppendRespMessage {
  const response = new AppendResp();
  if (decision.kind === 'written' || decision.kind === 'idempotent') {
    const success = new AppendResp.Success();
    success.setCurrentRevision(String(decision.revision));
    const position = new AppendResp.Position();
    position.setCommitPosition(String(decision.position));
    position.setPreparePosition(String(decision.position));
    success.setPosition(position);
    return response.setSuccess(success);
  }
  const wrong = new AppendResp.WrongExpectedVersion();
  if (decision.kind === 'wrong-expected-version' && decision.current >= 0) {
    wrong.setCurrentRevision(String(decision.current));
  } else wrong.setCurrentNoStream(new shared.Empty());
  return response.setWrongExpectedVersion(wrong);
}
