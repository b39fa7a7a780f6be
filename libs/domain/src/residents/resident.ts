import type { Residence } from '../codes.js';
import type { LocalDate, PartialDate } from '../dates.js';
import type { FacilityCode, ResidentId } from '../ids.js';
import { changedFields, sameContent } from '../same-content.js';
import { type SharingStatement, statementOf, withStatement } from './consent.js';
import type { ComparableMother } from './matching/comparable-person.js';
import { foldName, fullerSpelling } from './names.js';
import type {
  HealthHistory,
  HistoryItem,
  InsuranceCard,
  ResidentDetails,
  ResidentIdentifier,
  RiskFactor,
} from './resident-content.js';
import type {
  ResidentEvent,
  ResidentJoined,
  ResidentsMerged,
  ResidentsUnmerged,
  ResidentSeparated,
} from './resident-events.js';

export type ResidentState = UnknownResident | RegisteredResident;

export interface UnknownResident {
  readonly status: 'unknown';
}

export interface RegisteredResident {
  readonly status: 'registered';
  readonly resident: ResidentId;
  readonly details: ResidentDetails;
  /** Day of the newest statement the details come from. */
  readonly observedOn: LocalDate;
  readonly identifiers: readonly ResidentIdentifier[];
  readonly cards: readonly InsuranceCard[];
  readonly history?: HealthHistory;
  readonly historyObservedOn?: LocalDate;
  readonly mother?: ComparableMother;
  /** What the resident said of sharing the record, as it holds. */
  readonly consents?: readonly SharingStatement[];
  /** Merges this record goes on from, by their links. */
  readonly joined?: Readonly<Record<string, ResidentId>>;
  /** Merges into this record that were taken back, perhaps before they were finished. */
  readonly endedLinks?: readonly string[];
  /** The record this one is joined to, or is about to be: see `merge-residents.ts`. */
  readonly joinedInto?: { readonly resident: ResidentId; readonly link: string };
}

export const initialResident: ResidentState = { status: 'unknown' };

/** Somebody states what they know of a resident: registration form, insurance claim, health record. */
export interface ObserveResident {
  readonly type: 'ObserveResident';
  readonly resident: ResidentId;
  readonly by: FacilityCode;
  readonly details: ResidentDetails;
  readonly identifiers: readonly ResidentIdentifier[];
  readonly cards: readonly InsuranceCard[];
  readonly history?: HealthHistory;
  readonly mother?: ComparableMother;
  /** The history names some items of its lists, and says nothing about the others. */
  readonly historyInPart?: boolean;
  /** The day of the statement; an older one only fills what is not known yet. */
  readonly observedOn: LocalDate;
}

/** What is new in an observation, as events; none when it says nothing new. An observation is never refused. */
export function decideResident(command: ObserveResident, state: ResidentState): readonly ResidentEvent[] {
  const { resident, observedOn } = command;
  if (state.status === 'unknown') {
    const { details, identifiers, cards, by, mother } = command;
    return [
      {
        type: 'ResidentRegistered',
        data: { resident, details, identifiers, cards, registeredBy: by, ...(mother && { mother }), observedOn },
      },
      ...historyEvents(command, undefined),
    ];
  }
  return [
    ...detailEvents(command, state),
    ...command.identifiers
      .filter((identifier) => !state.identifiers.some((known) => sameContent(known, identifier)))
      .map((identifier): ResidentEvent => ({ type: 'IdentifierRecorded', data: { resident, identifier } })),
    ...command.cards
      .filter((card) => !state.cards.some((known) => sameContent(known, card)))
      .map((card): ResidentEvent => ({ type: 'InsuranceCardRecorded', data: { resident, card } })),
    ...historyEvents(command, state),
  ];
}

export function evolveResident(state: ResidentState, event: ResidentEvent): ResidentState {
  if (event.type === 'ResidentRegistered') {
    const { resident, details, identifiers, cards, observedOn, mother } = event.data;
    return { status: 'registered', resident, details, identifiers, cards, observedOn, ...(mother && { mother }) };
  }
  if (state.status === 'unknown') return state;
  switch (event.type) {
    case 'ResidentDetailsCorrected':
      return { ...state, details: event.data.details, observedOn: later(state.observedOn, event.data.observedOn) };
    case 'ResidentMoved':
      return {
        ...state,
        details: { ...state.details, residence: event.data.to },
        observedOn: later(state.observedOn, event.data.observedOn),
      };
    case 'IdentifierRecorded':
      return { ...state, identifiers: [...state.identifiers, event.data.identifier] };
    case 'InsuranceCardRecorded':
      return { ...state, cards: [...state.cards, event.data.card] };
    case 'HealthHistoryRecorded':
      return {
        ...state,
        history: event.data.history,
        historyObservedOn: later(state.historyObservedOn ?? event.data.observedOn, event.data.observedOn),
      };
    case 'ResidentsMerged':
    case 'ResidentsUnmerged':
    case 'ResidentJoined':
    case 'ResidentSeparated':
      return evolveMerges(state, event);
    case 'ConsentGiven':
    case 'ConsentWithdrawn':
      return { ...state, consents: withStatement(state.consents ?? [], statementOf(event)) };
    default:
      return event satisfies never;
  }
}

function evolveMerges(
  state: RegisteredResident,
  event: ResidentsMerged | ResidentsUnmerged | ResidentJoined | ResidentSeparated,
): RegisteredResident {
  const { link } = event.data;
  switch (event.type) {
    case 'ResidentsMerged':
      return { ...state, joined: { ...state.joined, [link]: event.data.joined } };
    case 'ResidentsUnmerged': {
      const { [link]: _, ...joined } = state.joined ?? {};
      return { ...state, joined, endedLinks: [...(state.endedLinks ?? []), link] };
    }
    case 'ResidentJoined':
      return { ...state, joinedInto: { resident: event.data.into, link } };
    case 'ResidentSeparated': {
      const { joinedInto: _, ...alone } = state;
      return alone;
    }
    default:
      return event satisfies never;
  }
}

function detailEvents(command: ObserveResident, state: RegisteredResident): readonly ResidentEvent[] {
  const { resident, observedOn } = command;
  const newer = observedOn >= state.observedOn;
  const { residence: observedResidence, ...observed } = command.details;
  const { residence: knownResidence, ...known } = state.details;

  const kept = { ...(newer ? known.kept : observed.kept), ...(newer ? observed.kept : known.kept) };
  const merged = {
    ...known,
    ...observed,
    ...(newer ? {} : known),
    ...settled(state.details, command.details, newer),
    ...(Object.keys(kept).length > 0 && { kept }),
  };
  const moved = newer && hasMoved(knownResidence, observedResidence);
  const residence = moved ? knownResidence : mergeResidence(knownResidence, observedResidence, newer);
  const details: ResidentDetails = { ...merged, ...(residence && { residence }) };

  const changed = changedFields(state.details, details);
  return [
    ...(changed.length > 0
      ? [{ type: 'ResidentDetailsCorrected', data: { resident, details, changed, observedOn } } as const]
      : []),
    ...(moved && observedResidence
      ? [
          {
            type: 'ResidentMoved',
            data: { resident, ...(knownResidence && { from: knownResidence }), to: observedResidence, observedOn },
          } as const,
        ]
      : []),
  ];
}

/** Fields in which the newer statement is not simply the better one. */
function settled(
  known: ResidentDetails,
  observed: ResidentDetails,
  newer: boolean,
): Pick<ResidentDetails, 'name' | 'sex' | 'birthDate'> {
  const sameName = foldName(known.name) === foldName(observed.name);
  const birthDate = settledBirthDate(known.birthDate, observed.birthDate, newer);
  return {
    name: sameName ? fullerSpelling(known.name, observed.name) : newer ? observed.name : known.name,
    sex: observed.sex === 'unknown' || (!newer && known.sex !== 'unknown') ? known.sex : observed.sex,
    ...(birthDate !== undefined && { birthDate }),
  };
}

/** The more exact of two dates that agree; else the newer statement. */
function settledBirthDate(
  known: PartialDate | undefined,
  observed: PartialDate | undefined,
  newer: boolean,
): PartialDate | undefined {
  if (known === undefined || observed === undefined) return known ?? observed;
  if (known.startsWith(observed)) return known;
  if (observed.startsWith(known)) return observed;
  return newer ? observed : known;
}

function hasMoved(known: Residence | undefined, observed: Residence | undefined): boolean {
  return (
    known?.communeCode !== undefined &&
    observed?.communeCode !== undefined &&
    known.communeCode !== observed.communeCode
  );
}

function mergeResidence(
  known: Residence | undefined,
  observed: Residence | undefined,
  newer: boolean,
): Residence | undefined {
  if (!known || !observed) return known ?? observed;
  if (
    known.communeCode !== observed.communeCode &&
    observed.communeCode !== undefined &&
    known.communeCode !== undefined
  ) {
    return known;
  }
  const text = fullerText(known.text, observed.text, newer);
  return { ...(newer ? { ...known, ...observed } : { ...observed, ...known }), ...(text !== undefined && { text }) };
}

/** Formats write one address at different lengths; a shorter form of what is known says nothing new. */
function fullerText(known: string | undefined, observed: string | undefined, newer: boolean): string | undefined {
  if (known === undefined || observed === undefined) return known ?? observed;
  if (known.startsWith(observed)) return known;
  if (observed.startsWith(known)) return observed;
  return newer ? observed : known;
}

function historyEvents(command: ObserveResident, state: RegisteredResident | undefined): readonly ResidentEvent[] {
  if (!command.history) return [];
  const known = state?.history ?? {};
  const newer = command.observedOn >= (state?.historyObservedOn ?? '');
  const told = command.historyInPart === true ? addedTo(known, command.history) : besidesTold(known, command.history);
  const history = newer || command.historyInPart === true ? joinHistories(known, told) : joinHistories(told, known);
  const changed = changedFields(known, history);
  if (changed.length === 0) return [];
  const { resident, observedOn } = command;
  return [{ type: 'HealthHistoryRecorded', data: { resident, history, changed, observedOn } }];
}

type ItemList = 'allergies' | 'diseases' | 'familyAllergies' | 'familyDiseases' | 'disabilities';
const itemLists: readonly ItemList[] = ['allergies', 'diseases', 'familyAllergies', 'familyDiseases', 'disabilities'];

/** Items told one by one join their lists; one told before under its key is replaced. */
function addedTo(known: HealthHistory, told: HealthHistory): HealthHistory {
  return withLists(told, (list) => {
    const items = told[list] ?? [];
    const before = known[list] ?? [];
    return [
      ...before.map((item) => items.find((one) => one.key !== undefined && one.key === item.key) ?? item),
      ...items.filter(
        (one) => !before.some((item) => (one.key !== undefined && one.key === item.key) || sameContent(one, item)),
      ),
    ];
  });
}

/** Whoever states a whole list knows nothing of the items that others told one by one: these stay. */
function besidesTold(known: HealthHistory, told: HealthHistory): HealthHistory {
  return withLists(told, (list) => [
    ...(told[list] ?? []),
    ...(known[list] ?? []).filter((item) => item.key !== undefined),
  ]);
}

function withLists(told: HealthHistory, itemsOf: (list: ItemList) => readonly HistoryItem[]): HealthHistory {
  const lists = itemLists.filter((list) => told[list] !== undefined).map((list) => [list, itemsOf(list)] as const);
  return { ...told, ...Object.fromEntries(lists) };
}

/** Section by section: the later statement counts where both speak; of a section of single fields, field by field. */
function joinHistories(base: HealthHistory, later: HealthHistory): HealthHistory {
  return {
    ...base,
    ...later,
    ...joinRiskFactors(base, later),
    ...joined('birth', base, later),
    ...joined('exposure', base, later),
    ...joined('reproductive', base, later),
    ...joined('other', base, later),
  };
}

function joined<Section extends 'birth' | 'exposure' | 'reproductive' | 'other'>(
  section: Section,
  base: HealthHistory,
  later: HealthHistory,
): Pick<HealthHistory, Section> | undefined {
  if (base[section] === undefined || later[section] === undefined) return undefined;
  return { [section]: { ...base[section], ...later[section] } } as Pick<HealthHistory, Section>;
}

const riskFactorKinds: readonly RiskFactor['kind'][] = ['tobacco', 'alcohol', 'drugs', 'physical-activity'];

/** A sheet may ask for tobacco alone: what is known of the other kinds stays. */
function joinRiskFactors(base: HealthHistory, later: HealthHistory): Pick<HealthHistory, 'riskFactors'> | undefined {
  const [before, after] = [base.riskFactors, later.riskFactors];
  if (!before || !after) return undefined;
  const riskFactors = riskFactorKinds.flatMap((kind) => {
    const told = after.filter((factor) => factor.kind === kind);
    return told.length > 0 ? told : before.filter((factor) => factor.kind === kind);
  });
  return { riskFactors };
}

function later(a: LocalDate, b: LocalDate): LocalDate {
  return a > b ? a : b;
}
