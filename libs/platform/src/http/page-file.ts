import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyReply } from 'fastify';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** A file that ships with the product, read once, sent with its type. It holds no data and may be kept for a short while. */
export class PageFile {
  readonly #type: string;
  #content: Buffer | undefined;

  constructor(private readonly location: URL) {
    this.#type = types[extname(fileURLToPath(location))] ?? 'application/octet-stream';
  }

  send(reply: FastifyReply): void {
    this.#content ??= readFileSync(this.location);
    void reply.header('content-type', this.#type).header('cache-control', 'no-cache').send(this.#content);
  }
}
