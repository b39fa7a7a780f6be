import { pipeline, Readable } from 'node:stream';
import { constants, createGzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { rangeOf } from './byte-range.js';
import type { ExportFile } from './export-job.js';

type Read = (start: number, end: number) => AsyncIterable<Uint8Array>;

/**
 * A file, or the part that is asked for: as it is, or compressed for whoever takes that. A part is always of the file as it is, which
 * never changes: a download that was cut off goes on where it stopped.
 */
export function sendFile(
  job: string,
  file: ExportFile,
  read: Read,
  request: FastifyRequest,
  reply: FastifyReply,
): unknown {
  const { headers } = request;
  const size = file.bytes;
  const etag = `"${job}/${file.name}"`;
  const compressedEtag = `"${job}/${file.name};gzip"`;
  reply
    .header('Content-Type', 'application/fhir+ndjson')
    .header('Cache-Control', 'private, no-store')
    .header('Vary', 'Accept-Encoding, Range')
    .header('Accept-Ranges', 'bytes');
  const known = (headers['if-none-match'] ?? '').split(',').map((one) => one.trim());
  if (known.includes(etag) || known.includes(compressedEtag)) return reply.status(304).send();
  const condition = headers['if-range'];
  const range = condition === undefined || condition === etag ? rangeOf(headers.range, size) : undefined;
  if (range === 'none') return reply.status(416).header('Content-Range', `bytes */${size}`).send();
  if (range === undefined && headers.range === undefined && takesGzip(headers['accept-encoding'])) {
    reply.header('ETag', compressedEtag).header('Content-Encoding', 'gzip');
    const gzip = createGzip({ level: constants.Z_BEST_SPEED });
    pipeline(streamOf(read(0, size)), gzip, () => undefined);
    return reply.send(gzip);
  }
  const { start, end } = range ?? { start: 0, end: size };
  if (range) reply.status(206).header('Content-Range', `bytes ${start}-${end - 1}/${size}`);
  reply.header('ETag', etag).header('Content-Length', String(end - start));
  return reply.send(streamOf(read(start, end)));
}

const streamOf = (bytes: AsyncIterable<Uint8Array>): Readable => Readable.from(bytes, { objectMode: false });

function takesGzip(accepted: string | string[] | undefined): boolean {
  return String(accepted ?? '')
    .split(',')
    .some((one) => /^\s*(gzip|\*)\s*($|;(?!\s*q=0(\.0+)?\s*$))/i.test(one));
}
