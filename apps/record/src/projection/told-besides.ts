/** What an event tells besides its own aggregate: programmes that a visit is of, practitioners that it names. Pure. */
import type { DomainEvent } from '#domain/domain-events.js';
import type { FacilityCode, ResidentId } from '#domain/ids.js';
import { programmes, programmesOf, withoutVisit, withVisit } from '#domain/programmes/programme.js';
import { sameContent } from '#domain/same-content.js';
import type { VisitContent } from '#domain/visits/visit-content.js';
import type { PractitionerDocument, ProgrammeDocument, RecordDocument } from '#fhir/documents.js';
import { text } from '#fhir/elements.js';
import { practitionerId, programmeId } from '#fhir/resource-ids.js';

export type DocumentBesides = ProgrammeDocument | PractitionerDocument;

/** Whether documents of a kind have no stream of their own, but gather what events of many streams tell. */
export const isGathered = (kind: RecordDocument['kind']): kind is DocumentBesides['kind'] =>
  kind === 'programme' || kind === 'practitioner';

/** One change of a document that gathers what events of many streams tell. */
export interface ToldBesides {
  readonly id: string;
  readonly kind: DocumentBesides['kind'];
  /** Whom it is about, if anybody. */
  readonly resident?: ResidentId;
  /** The document after it; the very same when nothing is new. `undefined` stays so when there is nothing to take away. */
  readonly evolve: (before: DocumentBesides | undefined) => DocumentBesides | undefined;
}

/** Numbers of such documents stand above those of streams, 1,024 for each position of the log. */
const firstNumberBesides = 2 ** 52;
const mostAtOnce = 1_024;

/**
 * The first thousand things an event tells besides; no visit has more.
 * @param visit id of the document of the event's own stream
 */
export function toldBesides(event: DomainEvent, visit: string): readonly ToldBesides[] {
  return allTold(event, visit).slice(0, mostAtOnce);
}

function allTold(event: DomainEvent, visit: string): readonly ToldBesides[] {
  switch (event.type) {
    case 'VisitRecorded':
      return [...enrolments(event.data, visit), ...namedIn(event.data.visit)];
    case 'VisitAmended': {
      const { resident, formerResident } = event.data;
      return [
        ...(formerResident && formerResident !== resident ? departures(formerResident, visit, []) : []),
        ...departures(resident, visit, programmesOf(event.data.visit)),
        ...enrolments(event.data, visit),
        ...namedIn(event.data.visit),
      ];
    }
    case 'VisitRetracted':
      return departures(event.data.resident, visit, []);
    case 'ScreeningCompleted':
    case 'ScreeningAmended':
      return named([event.data.screening.practitioner], event.data.screening.facility);
    case 'ImmunizationGiven':
    case 'ImmunizationAmended':
      return named([event.data.immunization.practitioner], event.data.immunization.facility);
    default:
      return [];
  }
}

function enrolments(
  { resident, visit: content }: { readonly resident: ResidentId; readonly visit: VisitContent },
  visit: string,
): readonly ToldBesides[] {
  const { start, facility } = content;
  return programmesOf(content).map((programme) => ({
    id: programmeId(resident, programme),
    kind: 'programme',
    resident,
    evolve: (before) => {
      const visits = visitsOf(before);
      const told = { visit, start, facility };
      const same = visits.some((one) => sameContent(one, told));
      return same ? before : { kind: 'programme', resident, programme, visits: withVisit(visits, told) };
    },
  }));
}

/** A visit that may have been of a programme and no longer is. */
function departures(
  resident: ResidentId,
  visit: string,
  except: readonly ProgrammeDocument['programme'][],
): readonly ToldBesides[] {
  return programmes
    .filter((programme) => !except.includes(programme))
    .map((programme) => ({
      id: programmeId(resident, programme),
      kind: 'programme',
      resident,
      evolve: (before) => {
        const visits = visitsOf(before);
        const left = withoutVisit(visits, visit);
        return left.length === visits.length ? before : { kind: 'programme', resident, programme, visits: left };
      },
    }));
}

function visitsOf(document: RecordDocument | undefined): ProgrammeDocument['visits'] {
  return document?.kind === 'programme' ? document.visits : [];
}

function namedIn({ facility, practitioner, practitionerName, ...visit }: VisitContent): readonly ToldBesides[] {
  const signed = (visit.papers ?? []).flatMap((paper) =>
    'practitioner' in paper && paper.practitioner !== undefined ? [paper] : [],
  );
  return named(
    [
      practitioner,
      ...[...visit.medications, ...visit.services, ...visit.notes, ...signed].map((line) => line.practitioner),
    ],
    facility,
    new Map([
      ...signed.map((paper) => [text(paper.practitioner), text(paper.practitionerName)] as const),
      [text(practitioner), text(practitionerName)] as const,
    ]),
  );
}

function named(
  written: readonly (string | undefined)[],
  facility: FacilityCode,
  names: ReadonlyMap<string | undefined, string | undefined> = new Map(),
): readonly ToldBesides[] {
  const certificates = new Set(written.map(text).filter((one) => one !== undefined));
  return [...certificates].map((certificate) => {
    const name = names.get(certificate);
    return {
      id: practitionerId(certificate),
      kind: 'practitioner',
      evolve: (before) => {
        const known = before?.kind === 'practitioner' ? before : undefined;
        const facilities = known?.facilities ?? [];
        if (known && facilities.includes(facility) && (name === undefined || name === known.name)) return known;
        return {
          kind: 'practitioner',
          certificate,
          ...((name ?? known?.name) !== undefined && { name: name ?? known?.name ?? '' }),
          facilities: facilities.includes(facility) ? facilities : [...facilities, facility],
        };
      },
    };
  });
}

/** Number of a document that the event at a position is the first to tell of. */
export function numberBesides(position: number, index: number): number {
  return firstNumberBesides + position * mostAtOnce + index;
}
