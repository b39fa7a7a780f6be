import { readEnvelopeMessage } from './envelope/read-envelope-message.js';
import { readCheckIns } from './envelope/read-check-ins.js';
import { readHealthRecordMessage } from './health-record/read-health-record.js';
import { readOpened, type ReadingLimits } from './open-message.js';
import type { StationMessage } from './station-message.js';
import { UnreadableMessage } from './unreadable-message.js';
import { plainName } from './xml/plain-name.js';

/**
 * Reads what a station's software sent: the insurance envelope of QĐ 4750/QĐ-BYT and QĐ 3176/QĐ-BYT (root `GIAMDINHHS`), its table 0
 * alone (`CHI_TIEU_TRANG_THAI_KCB`) or the
 * personal health record of QĐ 831/QĐ-BYT (root `DATA`). UTF-8, with or without byte-order mark, or UTF-16 with one, in any of the
 * styles stations write. Elements are known by name (in any case, with or without a namespace prefix), never by position.
 *
 * A part that cannot be taken has an `error` among its faults; everything else is taken, whatever its faults.
 *
 * @throws UnreadableMessage, and nothing else, when nothing can be taken: not XML, cut short, not UTF-8, DOCTYPE or declared
 * entities, beyond the limits, an unknown root.
 */
export function readStationMessage(bytes: Uint8Array, limits: Partial<ReadingLimits> = {}): StationMessage {
  return readOpened(bytes, limits, ({ scanner, budget, faults }) => {
    const message = readerOf(plainName(scanner.name))(scanner, budget);
    return faults.length === 0 ? message : { ...message, faults: [...message.faults, ...faults] };
  });
}

function readerOf(root: string): typeof readEnvelopeMessage {
  switch (root) {
    case 'GIAMDINHHS':
      return readEnvelopeMessage;
    case 'CHI_TIEU_TRANG_THAI_KCB':
      return readCheckIns;
    case 'DATA':
      return readHealthRecordMessage;
    default:
      throw new UnreadableMessage([
        {
          path: '',
          code: 'unknown-format',
          severity: 'error',
          text: {
            vi: 'Phần tử gốc không phải GIAMDINHHS, CHI_TIEU_TRANG_THAI_KCB (QĐ 4750/3176) hay DATA (QĐ 831).',
            en: 'The root element is neither GIAMDINHHS nor CHI_TIEU_TRANG_THAI_KCB (QĐ 4750/3176) nor DATA (QĐ 831).',
          },
        },
      ]);
  }
}
