import { dayOf } from '#domain/dates.js';
import type { PlaceRegister } from '#domain/places/place-register.js';
import type { OutreachRow } from '#station-formats/outreach/outreach-row.js';
import { readOutreachSheet } from '#station-formats/outreach/read-outreach-sheet.js';
import { rowPath } from '#station-formats/outreach/sheet-fault.js';
import { UnreadableMessage } from '#station-formats/unreadable-message.js';
import type { IntakeRecord, ReadMessage, ReceivedMessage } from '../intake/message.js';

/** A sheet names no sender: it is the caller's. */
export function readOutreachMessage(
  { body, facility, receivedAt }: Pick<ReceivedMessage, 'body' | 'facility' | 'receivedAt'>,
  places: PlaceRegister,
): ReadMessage {
  try {
    const { rows, faults } = readOutreachSheet(body, { facility, receivedOn: dayOf(Date.parse(receivedAt)), places });
    return { outcome: 'read', format: 'outreach-csv', sender: facility, records: rows.map(recordOf), faults };
  } catch (error) {
    if (error instanceof UnreadableMessage)
      return { outcome: 'unreadable', format: 'outreach-csv', faults: error.faults };
    throw error;
  }
}

export function recordOf({ row, taken, faults }: OutreachRow): IntakeRecord {
  return {
    path: rowPath(row),
    source: 'command',
    visits: [],
    faults,
    ...(taken && { person: taken.person }),
    sheetRow: {
      row,
      ...(taken && { screening: taken.screening }),
      ...(taken?.formNumber !== undefined && { formNumber: taken.formNumber }),
    },
  };
}
