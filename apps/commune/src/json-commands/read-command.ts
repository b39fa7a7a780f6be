import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { dayPart, type DateTime, type LocalDate } from '#domain/dates.js';
import {
  parseEpisodeNumber,
  parseFacilityCode,
  parseReferralNumber,
  parseScreeningId,
  type FacilityCode,
  type ScreeningId,
} from '#domain/ids.js';
import type { SharingStatement } from '#domain/residents/consent.js';
import type { InsuranceCard, ResidentIdentifier } from '#domain/residents/resident-content.js';
import type { ScreeningContent } from '#domain/screenings/screening-content.js';
import type { ClinicalNote, ServiceLine, TransferPaper, VisitContent } from '#domain/visits/visit-content.js';
import type { Fault, ObservedPerson } from '#station-formats/station-message.js';
import { derivedUuid } from '../derived-ids.js';
import type { IntakeRecord, ReadMessage } from '../intake/message.js';
import { CheckedValues } from './checked-values.js';
import type { CommandInput, PersonInput, VisitInput } from './command-input.js';
import { commandSchemas, type CommandName } from './command-schema.js';
import { faultsOfSchema, wrongValue } from './command-faults.js';

const ajv = new Ajv({ allErrors: true });
const validators = Object.fromEntries(
  Object.entries(commandSchemas).map(([name, schema]) => [name, ajv.compile(schema)]),
) as Record<CommandName, ValidateFunction<CommandInput>>;

/** Reads a JSON command of a facility. The digest stands in for an id where the command brings none. */
export function readCommand(body: Uint8Array, caller: FacilityCode, digest: string): ReadMessage {
  const parsed: unknown = parseJson(body);
  if (parsed === undefined) return unreadable([notJson]);
  const name = commandName(parsed);
  if (!name) return unreadable([unknownCommand]);
  const validate = validators[name];
  if (!validate(parsed)) return unreadable(faultsOfSchema(validate.errors as ErrorObject[]));

  const facility = parseFacilityCode(parsed.facility ?? caller) ?? caller;
  const faults: Fault[] = [];
  const record = recordOf(parsed, facility, digest, faults);
  if (!record) return unreadable(faults);
  return { outcome: 'read', format: 'json-command', sender: facility, records: [record], faults: [] };
}

function recordOf(
  input: CommandInput,
  facility: FacilityCode,
  digest: string,
  faults: Fault[],
): IntakeRecord | undefined {
  const checked = new CheckedValues(faults);
  const base = { path: 'person', source: 'command', visits: [], faults: [] } as const;
  switch (input.command) {
    case 'retract-visit': {
      const episode = parseEpisodeNumber(input.episode);
      if (!episode) checked.reject('episode');
      const { reason } = input;
      return episode && { ...base, path: 'episode', withdrawal: { facility, episode, reason } };
    }
    case 'record-visit': {
      const start = checked.moment('visit/start', input.visit.start);
      if (!start) return undefined;
      const person = personOf(input.person, facility, dayPart(start), checked);
      const visit = visitOf(input.visit, input.person, person, facility, start, checked);
      return person && visit && faults.length === 0 ? { ...base, person, visits: [{ visit, faults: [] }] } : undefined;
    }
    case 'complete-screening': {
      const at = checked.moment('screening/at', input.screening.at);
      if (!at) return undefined;
      const person = personOf(input.person, facility, dayPart(at), checked);
      const { id, at: _at, vitals = {}, results = [], findings = [], ...rest } = input.screening;
      const screening: ScreeningContent = {
        ...rest,
        screening:
          (id === undefined ? undefined : parseScreeningId(id)) ??
          (derivedUuid('screening', facility, digest) as ScreeningId),
        facility,
        at,
        vitals,
        results: results.map((line, index) => checked.moments(`screening/results/${index}`, line, ['at'])),
        findings,
        ...(input.person.residence && { residence: input.person.residence }),
      };
      return person && faults.length === 0 ? { ...base, person, screening } : undefined;
    }
    case 'issue-referral': {
      const issuedAt = checked.moment('referral/issuedAt', input.referral.issuedAt);
      const to = parseFacilityCode(input.referral.to);
      const number = parseReferralNumber(input.referral.number);
      if (!number) faults.push(wrongValue('referral/number'));
      if (!issuedAt || !to || !number) return undefined;
      const person = personOf(input.person, facility, dayPart(issuedAt), checked);
      const transfer: TransferPaper = { ...input.referral, number, from: facility, to, issuedAt };
      return person && faults.length === 0 ? { ...base, person, transfer } : undefined;
    }
    case 'give-consent':
    case 'withdraw-consent': {
      const { to: toText, statedOn: statedText, reason } = input.consent;
      const statedOn = checked.day('consent/statedOn', statedText);
      const to = toText === undefined ? undefined : parseFacilityCode(toText);
      if (!statedOn) return undefined;
      const person = personOf(input.person, facility, statedOn, checked);
      const sharing = input.command === 'give-consent' ? 'given' : 'withdrawn';
      const consent: SharingStatement = {
        sharing,
        ...(to && { to }),
        statedOn,
        takenBy: facility,
        ...(reason !== undefined && { reason }),
      };
      return person && faults.length === 0 ? { ...base, person, consent } : undefined;
    }
    default:
      return input satisfies never;
  }
}

function personOf(
  input: PersonInput,
  facility: FacilityCode,
  observedOn: LocalDate,
  checked: CheckedValues,
): ObservedPerson | undefined {
  const { identifiers = [], cards: _cards, birthDate: birthDateText, name, ...rest } = input;
  const birthDate = checked.partialDate('person/birthDate', birthDateText);
  return {
    details: { ...rest, name: name.normalize('NFC').replace(/\s+/gu, ' ').trim(), ...(birthDate && { birthDate }) },
    identifiers: identifiers.map(({ system, value }): ResidentIdentifier =>
      system === 'facility-patient-number' ? { system, value, facility } : { system, value },
    ),
    cards: cardsOf(input, checked),
    observedOn,
  };
}

function cardsOf(input: PersonInput, checked: CheckedValues): readonly InsuranceCard[] {
  return (input.cards ?? []).map(({ validFrom, validTo, ...card }, index) => {
    const from = checked.day(`person/cards/${index}/validFrom`, validFrom);
    const to = checked.day(`person/cards/${index}/validTo`, validTo);
    return { ...card, ...(from && { validFrom: from }), ...(to && { validTo: to }) };
  });
}

function visitOf(
  input: VisitInput,
  personInput: PersonInput,
  person: ObservedPerson | undefined,
  facility: FacilityCode,
  start: DateTime,
  checked: CheckedValues,
): VisitContent | undefined {
  const {
    episode: episodeText,
    start: _start,
    end: endText,
    arrivedWith,
    appointment,
    vitals = {},
    medications = [],
    services = [],
    results = [],
    notes = [],
    ...rest
  } = input;
  const episode = parseEpisodeNumber(episodeText);
  if (!episode) checked.reject('visit/episode');
  const end = checked.moment('visit/end', endText);
  const appointmentDay = checked.day('visit/appointment/on', appointment?.on);
  const arrivedNumber = arrivedWith && parseReferralNumber(arrivedWith.number);
  const arrivedFrom = arrivedWith && parseFacilityCode(arrivedWith.from);
  if (!episode) return undefined;
  return {
    ...rest,
    facility,
    episode,
    start,
    ...(end && { end }),
    insured: (person?.cards.length ?? 0) > 0,
    cards: person?.cards ?? [],
    ...(personInput.residence && { residence: personInput.residence }),
    vitals,
    ...(Object.keys(vitals).length > 0 && { vitalsSource: 'measured' as const }),
    medications: medications.map((line, index) =>
      checked.moments(`visit/medications/${index}`, line, ['prescribedAt']),
    ),
    services: services.map((line, index): ServiceLine => ({
      ...checked.moments(`visit/services/${index}`, line, ['orderedAt', 'performedAt', 'resultAt']),
      supply: false,
    })),
    results: results.map((line, index) => checked.moments(`visit/results/${index}`, line, ['at'])),
    notes: notes.map((note, index): ClinicalNote => ({
      ...checked.moments(`visit/notes/${index}`, note, ['at']),
      kind: 'course',
    })),
    ...(appointment && appointmentDay && { appointment: { ...appointment, on: appointmentDay } }),
    ...(arrivedNumber && arrivedFrom && { arrivedWith: { number: arrivedNumber, from: arrivedFrom } }),
  };
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}

function commandName(input: unknown): CommandName | undefined {
  if (typeof input !== 'object' || input === null || !('command' in input)) return undefined;
  const { command } = input;
  return typeof command === 'string' && Object.hasOwn(commandSchemas, command) ? (command as CommandName) : undefined;
}

function unreadable(faults: readonly Fault[]): ReadMessage {
  return { outcome: 'unreadable', format: 'json-command', faults };
}

const notJson: Fault = {
  path: '',
  code: 'not-json',
  severity: 'error',
  text: { vi: 'Nội dung không phải JSON hợp lệ (UTF-8).', en: 'The body is not valid JSON (UTF-8).' },
};

const unknownCommand: Fault = {
  path: 'command',
  code: 'unknown-command',
  severity: 'error',
  text: {
    vi: `Thiếu hoặc sai trường “command”. Các lệnh được nhận: ${Object.keys(commandSchemas).join(', ')}.`,
    en: `The field “command” is missing or unknown. Commands taken: ${Object.keys(commandSchemas).join(', ')}.`,
  },
};
