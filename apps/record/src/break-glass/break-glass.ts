import { randomUUID } from 'node:crypto';
import type { EmergencyAccessOpened } from '#domain/access/emergency-access.js';
import type { ResidentId } from '#domain/ids.js';
import { accessStream } from '#domain/streams.js';
import { type EventStore, streamName } from '#event-store/event-store.js';
import type { ReadDatabase } from '#projections/projection.js';
import type { Caller } from '#security/caller.js';
import { FhirFault, notFound } from '../http/fhir-fault.js';
import type { StoredDocuments } from '../reading/stored-documents.js';
import type { BreakGlassTicket, BreakGlassTickets } from './break-glass-tickets.js';

/** Whose record, and why. */
export interface BreakGlassRequest {
  readonly patient?: string;
  readonly identifier?: { readonly system?: string; readonly value: string };
  readonly reason: string;
}

/** Opens a record in an emergency. What is opened is in the log before the ticket is out. */
export class BreakGlass {
  constructor(
    private readonly documents: StoredDocuments,
    private readonly database: ReadDatabase,
    private readonly events: Pick<EventStore, 'append'>,
    readonly tickets: BreakGlassTickets,
  ) {}

  /**
   * @throws FhirFault 404 when there is no such resident, 412 when several bear the number
   */
  async open(
    request: BreakGlassRequest,
    { holder, actor, facility }: Caller,
    correlationId: string,
  ): Promise<{ readonly ticket: BreakGlassTicket; readonly text: string }> {
    const resident = await this.#residentOf(request);
    const issued = this.tickets.issue(resident, holder);
    const { id, until } = issued.ticket;
    const now = new Date().toISOString();
    const opened: EmergencyAccessOpened = {
      type: 'EmergencyAccessOpened',
      data: {
        resident,
        ticket: id,
        holder,
        ...(facility !== undefined && { facility }),
        reason: request.reason,
        until: new Date(until).toISOString(),
      },
    };
    const { category, key } = accessStream(resident);
    await this.events.append(streamName(category, key), 'any', [
      {
        id: randomUUID(),
        ...opened,
        metadata: { occurredAt: now, actor, correlationId, subject: resident, ...(facility && { facility }) },
      },
    ]);
    return issued;
  }

  async #residentOf({ patient, identifier }: BreakGlassRequest): Promise<ResidentId> {
    if (patient !== undefined) {
      const [found] = await this.documents.byIds([patient]);
      if (found?.kind !== 'resident' || !found.document) throw notFound();
      return found.id as ResidentId;
    }
    const { system, value } = identifier ?? { value: '' };
    const rows = await this.database.query<{ readonly id: string }>(
      `select distinct s.id as id from patient_identifier i join document d on d.number = i.number
       join document s on s.number = d.resident where i.value = ?${system === undefined ? '' : ' and i.system = ?'} limit 2`,
      [value, ...(system === undefined ? [] : [system])],
    );
    const [only, another] = rows;
    if (another) {
      throw new FhirFault(412, 'multiple-matches', {
        vi: 'Nhiều người mang số này; hãy chỉ rõ patient.',
        en: 'Several residents bear this number; name the patient.',
      });
    }
    if (!only) throw notFound();
    return only.id as ResidentId;
  }
}
