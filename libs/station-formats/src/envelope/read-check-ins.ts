import { FaultList } from '../faults/fault-list.js';
import { envelopeTables } from '../schema/envelope-tables.js';
import type { StationMessage } from '../station-message.js';
import { XmlFault } from '../xml/xml-fault.js';
import type { XmlScanner } from '../xml/xml-scanner.js';
import type { TableRows } from './envelope-record.js';
import { readRows } from './read-envelope.js';
import { translateRecord } from './translate-record.js';

/**
 * Reads table 0 sent by itself, as software sends it when a patient checks in, behind the opening tag of its root: each row is
 * an episode that has begun.
 *
 * @throws XmlFault
 */
export function readCheckIns(scanner: XmlScanner): StationMessage {
  const faults = new FaultList('');
  const table: TableRows = { name: 'XML0', schema: envelopeTables.get('XML0'), rows: [] };
  readRows(scanner, table, faults);
  if (scanner.next() !== 'end') throw new XmlFault('not-well-formed', 'after-root', 0);
  if (table.rows.length === 0) {
    faults.add('error', 'no-records', 'TRANG_THAI_KCB', {
      vi: 'Tệp không có lượt khám nào (TRANG_THAI_KCB).',
      en: 'The file holds no check-in (TRANG_THAI_KCB).',
    });
  }
  const sender = table.rows[0]?.get('MA_CSKCB')?.toUpperCase() ?? '';
  const header = { sender, otherSender: false, created: '', announced: '' };
  const records = table.rows.map((row, index) => {
    const path = `TRANG_THAI_KCB[${index + 1}]`;
    const tables = new Map([['XML0', { ...table, rows: [row] }]]);
    return translateRecord({ path, tables, faults: new FaultList(path) }, header);
  });
  return { format: 'qd4750', sender, records, faults: faults.toArray() };
}
