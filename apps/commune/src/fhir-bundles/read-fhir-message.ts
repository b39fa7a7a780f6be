import { dateTimeOf } from '#domain/dates.js';
import type { EpisodeNumber, FacilityCode } from '#domain/ids.js';
import { isError, readBundle, type ReadBundle, type ReadRecord } from '#fhir/reading/read-bundle.js';
import type { IntakeRecord, ReadMessage, ReceivedMessage } from '../intake/message.js';

const bundles = new WeakMap<ReceivedMessage, ReadBundle>();

/** The message as a FHIR Bundle; read once, however often it is asked for. */
export function bundleOf(message: ReceivedMessage): ReadBundle {
  const known = bundles.get(message);
  if (known) return known;
  const receivedAt = dateTimeOf(Date.parse(message.receivedAt));
  const made = readBundle(message.body, {
    facility: message.facility,
    receivedAt,
    format: /^application\/fhir\+xml\b/i.test(message.contentType) ? 'xml' : 'json',
  });
  bundles.set(message, made);
  return made;
}

/** Reads a FHIR message for intake. A batch is taken entry by entry, everything else as a whole or not at all. */
export function readFhirMessage(message: ReceivedMessage): ReadMessage {
  const bundle = bundleOf(message);
  const ofEntries = bundle.entries.flatMap((entry) => entry.faults);
  const refused = ofEntries.filter(isError);
  const whole = bundle.type !== 'batch';
  if (bundle.faults.some(isError) || (whole && refused.length > 0))
    return { outcome: 'unreadable', format: 'fhir', faults: [...bundle.faults, ...ofEntries] };
  const { sender, kept, withdrawals } = bundle;
  const ofNobody: readonly IntakeRecord[] =
    kept.length === 0
      ? []
      : [{ path: 'Bundle', source: 'bundle', visits: [], faults: [], fhir: { kept, transfers: [], onlyIfNew: false } }];
  return {
    outcome: 'read',
    format: 'fhir',
    sender,
    records: [
      ...bundle.records.map(recordOf),
      ...withdrawals.map(({ path, episode }) => withdrawalOf(path, message.facility, episode)),
      ...ofNobody,
    ],
    faults: [...bundle.faults, ...refused],
    ...(whole && { mustBeKnown: bundle.records.flatMap(({ known, path }) => (known ? [{ known, path }] : [])) }),
  };
}

function withdrawalOf(path: string, facility: FacilityCode, episode: EpisodeNumber): IntakeRecord {
  const withdrawal = { facility, episode, reason: 'entered-in-error' };
  return { path, source: 'bundle', visits: [], faults: [], withdrawal };
}

function recordOf(record: ReadRecord): IntakeRecord {
  const { path, person, known, onlyIfNew, history, visits, immunizations, transfers, kept, observedOn, faults } =
    record;
  return {
    path,
    source: 'bundle',
    ...(person && { person: { ...person, ...(history && { history, historyInPart: true }) } }),
    visits,
    immunizations,
    faults,
    fhir: { ...(known && { known }), ...(history && { history }), onlyIfNew, transfers, kept, observedOn },
  };
}
