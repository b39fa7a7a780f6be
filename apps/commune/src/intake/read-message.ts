import type { PlaceRegister } from '#domain/places/place-register.js';
import { UnreadableMessage } from '#station-formats/unreadable-message.js';
import { readStationMessage } from '#station-formats/read-station-message.js';
import { readFhirMessage } from '../fhir-bundles/read-fhir-message.js';
import { readCommand } from '../json-commands/read-command.js';
import { readOutreachMessage } from '../outreach/read-outreach-message.js';
import type { LargeMessage, ReadMessage, ReceivedMessage } from './message.js';
import { readLargeMessage } from './read-large-message.js';

/**
 * Reads a body by what it is: station XML, FHIR, a JSON command or the sheet of a screening day. What is too large to be held is read
 * in pieces where it can be.
 */
export async function readMessage(
  message: ReceivedMessage | LargeMessage,
  places: PlaceRegister,
): Promise<ReadMessage> {
  if (!('body' in message)) return readLargeMessage(message, (held) => readMessage(held, places));
  switch (kindOf(message)) {
    case 'xml':
      return readXml(message.body);
    case 'fhir':
      return readFhirMessage(message);
    case 'json':
      return isFhir(message.body)
        ? readFhirMessage(message)
        : readCommand(message.body, message.facility, message.digest);
    case 'csv':
      return readOutreachMessage(message, places);
    case 'unknown':
      return { outcome: 'unknown-format' };
  }
}

function readXml(body: Uint8Array): ReadMessage {
  try {
    return { outcome: 'read', ...readStationMessage(body) };
  } catch (error) {
    if (error instanceof UnreadableMessage) return { outcome: 'unreadable', format: 'unknown', faults: error.faults };
    throw error;
  }
}

const xmlTypes = ['application/xml', 'text/xml'];
const fhirTypes = ['application/fhir+json', 'application/json+fhir', 'application/fhir+xml'];
/** What software sends that does not say what it sends: the first character tells. */
const undeclaredTypes = ['', 'application/octet-stream', 'text/plain'];

function kindOf({ contentType, body }: ReceivedMessage): 'xml' | 'fhir' | 'json' | 'csv' | 'unknown' {
  const mediaType = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (xmlTypes.includes(mediaType)) return 'xml';
  if (fhirTypes.includes(mediaType)) return 'fhir';
  if (mediaType === 'application/json') return 'json';
  if (mediaType === 'text/csv') return 'csv';
  if (!undeclaredTypes.includes(mediaType)) return 'unknown';
  const first = startOf(body).trimStart()[0];
  return first === '<' ? 'xml' : first === '{' ? 'json' : 'unknown';
}

/** The first characters, without a byte-order mark; UTF-16 needs one. */
function startOf(body: Uint8Array): string {
  const mark = Buffer.from(body.subarray(0, 2)).toString('hex');
  const encoding = mark === 'fffe' ? 'utf-16le' : mark === 'feff' ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding).decode(body.subarray(0, 256));
}

/** Some software sends FHIR as plain JSON. No command has a field of this name, and no resource one named `command`. */
function isFhir(body: Uint8Array): boolean {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (!text.includes('"resourceType"')) return false;
  const names = text.toString('latin1');
  return /"resourceType"\s*:/.test(names) && !/"command"\s*:/.test(names);
}
