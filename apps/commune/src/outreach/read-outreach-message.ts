import { setImmediate } from 'node:timers/promises';
import { dayOf } from '#domain/dates.js';
import type { PlaceRegister } from '#domain/places/place-register.js';
import type { OutreachRow } from '#station-formats/outreach/outreach-row.js';
import { openOutreachSheet } from '#station-formats/outreach/read-outreach-sheet.js';
import { rowPath } from '#station-formats/outreach/sheet-fault.js';
import { UnreadableMessage } from '#station-formats/unreadable-message.js';
import type { IntakeRecord, ReadMessage, ReceivedMessage } from '../intake/message.js';

const rowsInOneGo = 50;

/** A sheet names no sender: it is the caller's. A long one is read in strokes, so as not to hold up everybody else's requests. */
export async function readOutreachMessage(
  { body, facility, receivedAt }: Pick<ReceivedMessage, 'body' | 'facility' | 'receivedAt'>,
  places: PlaceRegister,
): Promise<ReadMessage> {
  try {
    const { rows, faults } = openOutreachSheet(body, { facility, receivedOn: dayOf(Date.parse(receivedAt)), places });
    const records: IntakeRecord[] = [];
    for (const row of rows) {
      records.push(recordOf(row));
      if (records.length % rowsInOneGo === 0) await setImmediate();
    }
    return { outcome: 'read', format: 'outreach-csv', sender: facility, records, faults };
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
