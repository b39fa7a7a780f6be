import { request as requestOverHttp } from 'node:http';
import { request as requestOverTls } from 'node:https';
import type { Channel } from '../sealed-channel.js';
import type { DeliveryFault } from '../subscription-events.js';
import { AddressRefused, type EndpointGuard } from './endpoint-guard.js';

export type Posted = { readonly outcome: 'taken' } | { readonly outcome: DeliveryFault };

/** Of an answer nothing is read but its status; a receiver that sends more than this is cut off. */
const mostAnswerBytes = 64 * 1024;

/**
 * Sends one notification. Follows no redirect, and connects only to addresses that the guard has looked at. Never throws: whatever
 * goes wrong is told by its kind.
 * @param timeoutMs for all of it
 */
export function postNotification(
  { endpoint = '', headers }: Channel,
  body: string,
  {
    guard,
    timeoutMs,
    signal,
  }: { readonly guard: EndpointGuard; readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<Posted> {
  if (!guard.accepts(endpoint)) return Promise.resolve({ outcome: 'refused-address' });
  const timeout = AbortSignal.timeout(timeoutMs);
  return new Promise<Posted>((resolve) => {
    const secure = endpoint.startsWith('https:');
    const sending = (secure ? requestOverTls : requestOverHttp)(
      endpoint,
      {
        method: 'POST',
        agent: false,
        lookup: guard.lookup,
        signal: AbortSignal.any([signal, timeout]),
        headers: {
          ...Object.fromEntries(headers.map(nameAndValue)),
          'content-type': 'application/fhir+json; charset=utf-8',
          'content-length': Buffer.byteLength(body),
        },
      },
      (answer) => {
        let bytes = 0;
        const { statusCode = 0 } = answer;
        answer
          .on('data', (chunk: Buffer) => {
            bytes += chunk.length;
            // What was decided is in the status.
            if (bytes > mostAnswerBytes) answer.destroy();
          })
          .on('error', () => resolve(ofStatus(statusCode)))
          .on('close', () => resolve(ofStatus(statusCode)));
      },
    );
    sending.on('error', (error) => resolve({ outcome: faultOf(error, timeout.aborted) }));
    sending.end(body);
  });
}

/** `Name: value` */
export function nameAndValue(header: string): [name: string, value: string] {
  const colon = header.indexOf(':');
  return [header.slice(0, colon).trim(), header.slice(colon + 1).trim()];
}

function ofStatus(status: number): Posted {
  if (status >= 200 && status < 300) return { outcome: 'taken' };
  if (status >= 300 && status < 400) return { outcome: 'redirect' };
  return { outcome: status >= 500 ? 'server-error' : 'client-error' };
}

function faultOf(error: Error, late: boolean): DeliveryFault {
  if (late) return 'time-out';
  if (error instanceof AddressRefused) return 'refused-address';
  const { code = '' } = error as NodeJS.ErrnoException;
  return /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|EPROTO)/.test(code) ? 'tls' : 'unreachable';
}
