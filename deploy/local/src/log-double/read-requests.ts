/** What a read asks for, taken out of the protocol's request. */
import streams, { type ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import type { LogRecord, TransactionLog } from './transaction-log.js';
import type { SubscriptionRequest } from './subscription.js';

const { Options } = streams.ReadReq;
/** Records the server looks at in one go, where the client does not say. */
const readBatchSize = 32;

const optionsOf = (request: ReadReq): InstanceType<typeof Options> => request.getOptions() ?? new Options();

/** Name of the stream; undefined when `$all` is read. */
export function streamOf(request: ReadReq): string | undefined {
  const name = optionsOf(request).getStream()?.getStreamIdentifier()?.getStreamName_asU8();
  return name === undefined ? undefined : Buffer.from(name).toString();
}

/** Undefined when it is a read that ends. */
export function subscriptionOf(request: ReadReq): SubscriptionRequest | undefined {
  const options = optionsOf(request);
  if (!options.hasSubscription()) return undefined;
  const position = options.getAll()?.getPosition();
  const filter = options.getFilter();
  const window = filter?.hasMax() === true ? filter.getMax() : readBatchSize;
  return {
    after: position === undefined ? undefined : Number(position.getCommitPosition()),
    matches: filterOf(request),
    checkpointEvery: window * (filter?.getCheckpointintervalmultiplier() ?? 1),
    resolveLinks: options.getResolveLinks(),
  };
}

/** The records of a read that ends, in its order; a start is inclusive. */
export function* recordsFor(
  request: ReadReq,
  log: TransactionLog,
  inStream: readonly LogRecord[],
): Iterable<LogRecord> {
  const options = optionsOf(request);
  const backwards = options.getReadDirection() === Options.ReadDirection.BACKWARDS;
  const stream = options.getStream();
  const source = stream === undefined ? log.records : inStream;
  const atStart = stream?.hasStart() ?? options.getAll()?.hasStart() ?? false;
  const atEnd = stream?.hasEnd() ?? options.getAll()?.hasEnd() ?? false;
  const from = atStart ? 0 : atEnd ? source.length - 1 : startOf(request, log, inStream, backwards);
  const matches = filterOf(request) ?? (() => true);
  let left = Number(options.getCount());
  for (let i = from; left > 0 && i >= 0 && i < source.length; i += backwards ? -1 : 1) {
    const record = source[i];
    if (record === undefined || !matches(record)) continue;
    yield record;
    left -= 1;
  }
}

function startOf(request: ReadReq, log: TransactionLog, inStream: readonly LogRecord[], backwards: boolean): number {
  const stream = optionsOf(request).getStream();
  if (stream !== undefined) {
    const revision = Number(stream.getRevision());
    if (backwards) return inStream.findLastIndex((record) => record.revision <= revision);
    const first = inStream.findIndex((record) => record.revision >= revision);
    return first < 0 ? inStream.length : first;
  }
  const position = Number(optionsOf(request).getAll()?.getPosition()?.getCommitPosition() ?? 0);
  const first = log.indexOf(position);
  return backwards && log.records[first]?.position !== position ? first - 1 : first;
}

function filterOf(request: ReadReq): ((record: LogRecord) => boolean) | undefined {
  const filter = optionsOf(request).getFilter();
  if (filter === undefined) return undefined;
  const byStream = filter.getStreamIdentifier();
  const expression = byStream ?? filter.getEventType();
  const subject = ({ stream, type }: LogRecord): string => (byStream === undefined ? type : stream);
  const regex = expression?.getRegex() ?? '';
  if (regex !== '') {
    const pattern = new RegExp(regex);
    return (record) => pattern.test(subject(record));
  }
  const prefixes = expression?.getPrefixList() ?? [];
  return (record) => prefixes.some((prefix) => subject(record).startsWith(prefix));
}
