import { epochOf, type DateTime, type LocalDate } from '#domain/dates.js';
import type { ImmunizationId, ResidentId } from '#domain/ids.js';
import {
  decideImmunization,
  evolveImmunization,
  initialImmunization,
  type ImmunizationCommand,
  type ImmunizationDecision,
  type ImmunizationState,
} from '#domain/immunizations/immunization.js';
import type { ImmunizationEvent } from '#domain/immunizations/immunization-events.js';
import { foldName } from '#domain/residents/names.js';
import { immunizationStream } from '#domain/streams.js';
import { decideAndAppend } from '#event-store/decide-and-append.js';
import { streamName, type EventStore } from '#event-store/event-store.js';
import type { Fault, ObservedImmunization } from '#station-formats/station-message.js';
import { derivedUuid } from '../derived-ids.js';
import { eventsOf, type MessageContext } from './message-context.js';
import type { ReceiptRecord } from './receipt.js';

/** Whom a dose is told of, by which statement. */
interface Statement {
  readonly resident: ResidentId;
  readonly observedOn: LocalDate;
  readonly context: MessageContext;
}

/** Takes doses of vaccines, each in a stream of its own that follows from whom it was given to, what and when. */
export class ImmunizationIntake {
  constructor(private readonly store: EventStore) {}

  record(dose: ObservedImmunization, statement: Statement): Promise<ReceiptRecord> {
    const immunization = { immunization: immunizationId(dose, statement.resident), ...dose };
    return this.#decide(dose, statement, immunization.immunization, {
      type: 'RecordImmunization',
      resident: statement.resident,
      immunization,
      observedOn: statement.observedOn,
    });
  }

  /** The dose was not given after all; where nobody ever said it was, there is nothing to do. */
  retract(dose: ObservedImmunization, statement: Statement): Promise<ReceiptRecord> {
    return this.#decide(dose, statement, immunizationId(dose, statement.resident), {
      type: 'RetractImmunization',
      facility: dose.facility,
      reason: 'not-given',
      observedOn: statement.observedOn,
    });
  }

  async #decide(
    dose: ObservedImmunization,
    { resident, context }: Statement,
    id: ImmunizationId,
    command: ImmunizationCommand,
  ): Promise<ReceiptRecord> {
    const { category, key } = immunizationStream(id);
    const stream = streamName(category, key);
    const occurredAt = new Date(epochOf(dose.givenOn as DateTime)).toISOString();
    const { outcome } = await decideAndAppend<ImmunizationState, ImmunizationDecision>(this.store, {
      stream,
      initialState: initialImmunization,
      evolve: (state, event) => evolveImmunization(state, event as ImmunizationEvent),
      decide: ({ state, revision }) => {
        const decision = decideImmunization(command, state);
        const events = 'events' in decision ? decision.events : [];
        return {
          outcome: decision,
          events: eventsOf(context, stream, revision, events, { occurredAt, subject: resident }),
        };
      },
    });
    const answer = { kind: 'immunization', episode: id, resident } as const;
    if (outcome.outcome !== 'refused') return { ...answer, outcome: outcome.outcome, faults: [] };
    return outcome.reason === 'other-facility'
      ? { ...answer, outcome: 'refused', faults: [doseOfOtherFacility] }
      : { ...answer, outcome: 'unchanged', faults: [] };
  }
}

/** The same dose told again, by whomever, is the same stream: resident, vaccine, day and number of the dose. */
export function immunizationId(dose: ObservedImmunization, resident: ResidentId): ImmunizationId {
  const vaccine = dose.vaccineCode?.toUpperCase() ?? foldName(dose.vaccineName);
  const day = dose.givenOn.slice(0, 10);
  return derivedUuid('immunization', resident, vaccine, day, dose.doseNumber ?? '') as ImmunizationId;
}

const doseOfOtherFacility: Fault = {
  path: 'TIEMCHUNG',
  code: 'immunization-of-another-facility',
  severity: 'error',
  text: {
    vi: 'Mũi tiêm do cơ sở khác ghi nhận; chỉ cơ sở đó được báo là chưa tiêm.',
    en: 'The dose was recorded by another facility; only that facility can say that it was not given.',
  },
};
