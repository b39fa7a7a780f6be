/** Reads and subscriptions as the protocol asks for them. */
import streams, { type ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import type { EventFilter, Position, Revision, StreamName } from '../event-store.js';

const { ReadReq: Request } = streams;
const { Options } = Request;
const { FilterOptions } = Options;

/** Records the server looks at between two checkpoints of a filtered subscription. */
const checkpointWindow = 256;

export interface StreamPart {
  readonly stream: StreamName;
  readonly backwards: boolean;
  /** Inclusive; undefined: from the beginning, or backwards from the head. */
  readonly from: Revision | undefined;
  readonly count: number;
}

export function streamRequest({ stream, backwards, from, count }: StreamPart): ReadReq {
  const identifier = new shared.StreamIdentifier();
  identifier.setStreamName(Buffer.from(stream));
  const part = new Options.StreamOptions();
  part.setStreamIdentifier(identifier);
  if (from !== undefined) part.setRevision(String(from));
  else if (backwards) part.setEnd(new shared.Empty());
  else part.setStart(new shared.Empty());
  const options = commonOptions(backwards);
  options.setStream(part).setCount(String(count)).setNoFilter(new shared.Empty());
  return new Request().setOptions(options);
}

export interface LogPart {
  readonly backwards: boolean;
  /** Inclusive; 0: from the beginning, undefined: from the end. */
  readonly from: Position | undefined;
  readonly count: number;
  readonly filter?: EventFilter | undefined;
}

export function logRequest({ backwards, from, count, filter }: LogPart): ReadReq {
  const options = commonOptions(backwards);
  options.setAll(placeInLog(from)).setCount(String(count));
  setFilter(options, filter);
  return new Request().setOptions(options);
}

/** @param after exclusive; 0: from the beginning */
export function subscriptionRequest(after: Position, filter: EventFilter | undefined): ReadReq {
  const options = commonOptions(false);
  options.setAll(placeInLog(after)).setSubscription(new Options.SubscriptionOptions());
  setFilter(options, filter);
  return new Request().setOptions(options);
}

function commonOptions(backwards: boolean): InstanceType<typeof Options> {
  const { FORWARDS, BACKWARDS } = Options.ReadDirection;
  const uuids = new Options.UUIDOption();
  uuids.setString(new shared.Empty());
  const options = new Options();
  return options
    .setReadDirection(backwards ? BACKWARDS : FORWARDS)
    .setResolveLinks(false)
    .setUuidOption(uuids);
}

function placeInLog(position: Position | undefined): InstanceType<typeof Options.AllOptions> {
  const all = new Options.AllOptions();
  if (position === undefined) return all.setEnd(new shared.Empty());
  if (position === 0) return all.setStart(new shared.Empty());
  const place = new Options.Position();
  place.setCommitPosition(String(position)).setPreparePosition(String(position));
  return all.setPosition(place);
}

/**
 * The server filters by one thing, the stream's name or the event's type. Categories go first; types that are asked for beside them
 * are looked at here. With neither, the server at least leaves out its own events.
 */
function setFilter(options: InstanceType<typeof Options>, filter: EventFilter | undefined): void {
  const expression = new FilterOptions.Expression();
  const filterOptions = new FilterOptions();
  if (filter?.categories !== undefined && filter.categories.length > 0) {
    expression.setPrefixList(filter.categories.map((category) => `${category}-`));
    filterOptions.setStreamIdentifier(expression);
  } else {
    const types = filter?.types ?? [];
    // Prefixes of types would match longer ones too: said exactly.
    expression.setRegex(types.length > 0 ? `^(${types.map(escaped).join('|')})$` : '^[^$]');
    filterOptions.setEventType(expression);
  }
  filterOptions.setMax(checkpointWindow).setCheckpointintervalmultiplier(1);
  options.setFilter(filterOptions);
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** Whether an event passes the filter: what the server cannot decide is decided here, all of it. */
export function passes(
  { stream, type }: { stream: StreamName; type: string },
  filter: EventFilter | undefined,
): boolean {
  const inCategories = filter?.categories?.some((category) => stream.startsWith(`${category}-`)) ?? true;
  return inCategories && (filter?.types?.includes(type) ?? true);
}

/** A filter that names nothing: nothing passes it. */
export function isImpassable(filter: EventFilter | undefined): boolean {
  return filter?.categories?.length === 0 || filter?.types?.length === 0;
}
