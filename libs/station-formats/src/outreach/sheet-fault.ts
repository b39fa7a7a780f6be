import type { Bilingual } from '#domain/bilingual.js';
import type { Fault, FaultSeverity } from '../station-message.js';
import { UnreadableMessage } from '../unreadable-message.js';

/** A sheet of which nothing can be taken. */
export function unreadableSheet(code: string, text: Bilingual, path = ''): UnreadableMessage {
  return new UnreadableMessage([{ path, code, severity: 'error', text }]);
}

/** Number of the row as the spreadsheet shows it: the first is 1. */
export const rowPath = (row: number): string => `row[${row}]`;

export function sheetFault(severity: FaultSeverity, code: string, path: string, text: Bilingual): Fault {
  return { path, code, severity, text };
}
