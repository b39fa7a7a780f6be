import { extensionOf, namedBy } from './fhir-elements.js';
import { endOf } from './moments.js';

/** When the record came to know what it knows: the stops of the time slider. Pure. */

/**
 * What one message told is one stop, however many events it is.
 * @param provenances of the record
 * @returns oldest first: { at, events, places }: the instant of the last event, types of the events, who told them
 */
export function stopsOf(provenances) {
  const told = provenances
    .filter(({ recorded }) => recorded)
    .toSorted((a, b) => Date.parse(a.recorded) - Date.parse(b.recorded));
  const groups = [];
  for (const one of told) {
    const last = groups.at(-1);
    if (last && isSameStop(last.at(-1), one)) last.push(one);
    else groups.push([one]);
  }
  return groups.map((group) => ({
    at: group.at(-1).recorded,
    events: [
      ...new Set(
        group.map((one) => extensionOf(one, 'urn:lien-tuyen:extension:event-type')?.valueCode).filter(Boolean),
      ),
    ],
    places: [...new Set(group.map(({ agent }) => namedBy(agent?.[0]?.who)).filter(Boolean))],
  }));
}

const digestOf = ({ entity }) => entity?.find(({ role }) => role === 'source')?.what?.identifier?.value;

/** The record cannot be asked for what lies between two events of one instant. */
const isSameStop = (one, next) =>
  one.recorded === next.recorded || (digestOf(one) !== undefined && digestOf(one) === digestOf(next));

/**
 * The stop at which the record is what it was known to be at a moment: the last one not after it; -1 before the first.
 * @param moment a day or an instant; nothing: now, which is one behind the last stop
 */
export function stopAt(stops, moment) {
  if (moment === undefined) return stops.length;
  const until = endOf(moment);
  return stops.findLastIndex(({ at }) => Date.parse(at) <= until);
}
