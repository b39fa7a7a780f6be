/** A log in which people have corrected what was told: records merged and taken apart, visits withdrawn. */
import { randomUUID } from 'node:crypto';
import type { RecordedEvent, StreamName } from '#event-store/event-store.js';

/** The log with records merged at its middle, one of them taken apart later, and every fifth visit withdrawn at its end. */
export function correctedLater(log: readonly RecordedEvent[]): readonly RecordedEvent[] {
  const [middle, later] = [Math.floor(log.length * 0.5), Math.floor(log.length * 0.8)];
  const heads = new Map(log.map((event) => [event.stream, event]));
  const following = (stream: StreamName, type: string, data: unknown): RecordedEvent => {
    const head = heads.get(stream);
    if (head === undefined) throw new Error(`nothing was told in ${stream}`);
    const event = { ...head, id: randomUUID(), type, data, revision: head.revision + 1 };
    heads.set(stream, event);
    return event;
  };
  const known = log.slice(0, middle).filter(({ type }) => type === 'ResidentRegistered');
  const [one, other, third, fourth] = known.map(({ stream, data }) => ({
    stream,
    resident: (data as { readonly resident: string }).resident,
  }));
  if (!one || !other || !third || !fourth) throw new Error('the log knows too few residents');
  const merged = (into: typeof one, joined: typeof one, link: string): RecordedEvent =>
    following(into.stream, 'ResidentsMerged', {
      resident: into.resident,
      joined: joined.resident,
      link,
      reason: 'one person',
    });
  const visits = log.filter(({ type }) => type === 'VisitRecorded').filter((_, index) => index % 5 === 0);
  return [
    ...log.slice(0, middle),
    merged(one, other, 'first'),
    merged(third, fourth, 'second'),
    ...log.slice(middle, later),
    following(one.stream, 'ResidentsUnmerged', {
      resident: one.resident,
      separated: other.resident,
      link: 'first',
      reason: 'two persons',
    }),
    ...log.slice(later),
    ...visits.map(({ stream, data }) => {
      const { resident, visit } = data as { resident: string; visit: { facility: string; episode: string } };
      const { facility, episode } = visit;
      return following(stream, 'VisitRetracted', { resident, facility, episode, reason: 'entered twice' });
    }),
  ].map((event, index) => ({ ...event, position: index + 1 }));
}
