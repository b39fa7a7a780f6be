import { readLargeEnvelope } from '#station-formats/read-large-envelope.js';
import type { Fault } from '#station-formats/station-message.js';
import { UnreadableMessage } from '#station-formats/unreadable-message.js';
import { wholeBody } from '../originals/originals.js';
import type { LargeMessage, ReadMessage, ReceivedMessage } from './message.js';

/** Largest body that is read as a whole, where its format cannot be read in pieces. One person's record is far smaller. */
const mostAsWhole = 16 * 1024 * 1024;

/**
 * Reads a message that is too large to be held: an envelope record by record; what else it may be as a whole, up to a limit.
 * @param readWhole reads a body that is in memory
 */
export async function readLargeMessage(
  message: LargeMessage,
  readWhole: (message: ReceivedMessage) => Promise<ReadMessage>,
): Promise<ReadMessage> {
  try {
    const envelope = mayBeXml(message) && (await readLargeEnvelope(() => message.pieces()));
    if (envelope) return { outcome: 'read', ...envelope };
  } catch (error) {
    if (error instanceof UnreadableMessage) return { outcome: 'unreadable', format: 'unknown', faults: error.faults };
    throw error;
  }
  if (message.size > mostAsWhole) return { outcome: 'unreadable', format: 'unknown', faults: [tooLargeAsWhole] };
  return readWhole({ ...message, body: await wholeBody(message) });
}

const mayBeXml = ({ contentType }: LargeMessage): boolean => !/json|csv|comma-separated|fhir/i.test(contentType);

const tooLargeAsWhole: Fault = {
  path: '',
  code: 'too-large',
  severity: 'error',
  text: {
    vi: 'Thông điệp quá lớn: chỉ hồ sơ XML theo QĐ 4750/3176 được nhận trên 16 MiB. Hãy chia thành nhiều thông điệp.',
    en: 'The message is too large: only envelopes of QĐ 4750/3176 are taken over 16 MiB. Please split it into several.',
  },
};
