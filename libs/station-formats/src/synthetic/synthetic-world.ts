import { addDays, parseLocalDate, type LocalDate } from '#domain/dates.js';
import { writeEnvelope } from '../writing/write-envelope.js';
import { writeHealthRecord } from '../writing/write-health-record.js';
import { syntheticFacilities, type Era } from './facilities.js';
import { healthRecordOf } from './health-record.js';
import { SeededRandom } from './random.js';
import { writeScript, type ScriptedVisit } from './script.js';
import { recordStyle, tidyStyle, untidyStyle } from './styles.js';
import { tablesOf } from './tables.js';
import { truthOf, type SyntheticTruth } from './truth.js';

export interface SyntheticWorldOptions {
  readonly seed: number;
  readonly residents: number;
  /** `YYYY-MM-DD`, first and last day of the visits. */
  readonly from: string;
  readonly to: string;
  /** With districts (until June 2025) or without. */
  readonly era: Era;
  /** Written by software as it is found, and arriving out of order. */
  readonly untidy: boolean;
}

export interface SyntheticFile {
  readonly name: string;
  readonly kind: 'qd4750' | 'qd831';
  /** The facility that sends it. */
  readonly sender: string;
  readonly bytes: Buffer;
}

export interface SyntheticWorld {
  readonly facilitiesTsv: string;
  /** In the order in which they are sent: envelopes by time, then health records. */
  readonly files: readonly SyntheticFile[];
  /** What must come out when every file has been taken, in the shape of the samples' `truth.json`. */
  readonly truth: SyntheticTruth;
}

interface Sending {
  readonly sender: string;
  readonly day: LocalDate;
  readonly visits: readonly ScriptedVisit[];
  /** Orders the files; days since 1970, with a fraction. */
  readonly sentAt: number;
  readonly kind: '' | '_duplicate' | '_resubmitted';
  readonly bytes: Buffer;
}

/**
 * A small district that never was: ten stations, their centre, residents, visits, referrals there and back, resubmissions,
 * duplicates and health records, as the messages their software would send. The same options give the same bytes. Every name
 * and number is invented; facility codes are `08Z..`.
 *
 * @throws RangeError when `from` and `to` are not two days in order.
 */
export function syntheticWorld(options: SyntheticWorldOptions): SyntheticWorld {
  const [from, to] = [parseLocalDate(options.from), parseLocalDate(options.to)];
  if (from === undefined || to === undefined) throw new RangeError('`from` and `to` must be days, YYYY-MM-DD');
  const random = new SeededRandom(options.seed);
  const facilities = syntheticFacilities(options.era);
  const script = writeScript(random, facilities, { ...options, from, to });
  const sendings = groupVisits(random, script.visits, options.untidy).flatMap((visits) =>
    send(random, visits, options.untidy),
  );
  sendings.sort((one, other) => one.sentAt - other.sentAt);
  const width = Math.max(3, String(sendings.length).length);
  const envelopes = sendings.map((sending, index): SyntheticFile => ({
    name: `${String(index + 1).padStart(width, '0')}_${sending.sender}_${sending.day.replaceAll('-', '')}${sending.kind}.xml`,
    kind: 'qd4750',
    sender: sending.sender,
    bytes: sending.bytes,
  }));
  const visitsOf = Map.groupBy(script.visits, (visit) => visit.resident);
  const records = script.recorded.map((resident): SyntheticFile => {
    const atStation = (visitsOf.get(resident) ?? []).filter((visit) => visit.facility === resident.station);
    const content = healthRecordOf(random, resident, atStation.slice(-2), addDays(to, 3));
    return {
      name: `${resident.station.code}_${resident.number}.xml`,
      kind: 'qd831',
      sender: resident.station.code,
      bytes: writeHealthRecord(content, recordStyle(random, options.untidy)),
    };
  });
  const truth = truthOf(options, script, {
    files: sendings.length,
    duplicates: sendings.filter((sending) => sending.kind === '_duplicate').length,
    resubmissions: sendings.filter((sending) => sending.kind === '_resubmitted').length,
  });
  return { facilitiesTsv: facilities.tsv, files: [...envelopes, ...records], truth };
}

/** Visits that go out in one file: of one facility and day, alone or together. */
function groupVisits(
  random: SeededRandom,
  visits: readonly ScriptedVisit[],
  untidy: boolean,
): readonly (readonly ScriptedVisit[])[] {
  const ofDay = Map.groupBy(visits, (visit) => `${visit.day} ${visit.facility.code}`);
  return [...ofDay.values()].flatMap((group) => {
    const batches: ScriptedVisit[][] = [];
    for (const visit of group) {
      const last = batches.at(-1);
      if (last && last.length < 5 && random.chance(untidy ? 0.6 : 0.3)) last.push(visit);
      else batches.push([visit]);
    }
    return batches;
  });
}

function send(random: SeededRandom, visits: readonly ScriptedVisit[], untidy: boolean): readonly Sending[] {
  const [first] = visits;
  if (!first) return [];
  const { day } = first;
  const sender = first.facility.code;
  const write = (part: readonly ScriptedVisit[], corrected: boolean): Buffer =>
    writeEnvelope(
      {
        sender,
        created: day.replaceAll('-', ''),
        records: part.map((visit) => tablesOf(random, visit, { untidy, corrected })),
      },
      untidy ? untidyStyle(random) : tidyStyle(random),
    );
  const late = untidy && random.chance(0.2) ? random.int(1, 5) : 0;
  // After the last visit of the file.
  const sentAt = Date.parse(day) / 86_400_000 + late + Math.max(...visits.map((visit) => visit.minute)) / 1440;
  const original: Sending = { sender, day, visits, sentAt, kind: '', bytes: write(visits, false) };
  const extra: Sending[] = [];
  if (random.chance(0.06)) extra.push({ ...original, kind: '_duplicate', sentAt: sentAt + 0.0001 });
  else if (random.chance(0.04)) {
    const again = [random.pick(visits)];
    extra.push({
      ...original,
      visits: again,
      kind: '_resubmitted',
      sentAt: sentAt + 0.0002,
      bytes: write(again, true),
    });
  }
  return [original, ...extra];
}
