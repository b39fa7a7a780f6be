import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { problemOfStatus } from './status-problems.js';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json; charset=utf-8',
};

interface PageFile {
  readonly content: Buffer;
  readonly type: string;
  readonly tag: string;
}

/** The files of a page, read once. Only names that were in the folder are served: no path is ever made from a request. */
export class PageFiles {
  private constructor(private readonly files: ReadonlyMap<string, PageFile>) {}

  /** @throws Error when the folder cannot be read, or holds a file of a kind that pages do not have */
  static async read(folder: URL): Promise<PageFiles> {
    const names = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isFile());
    const files = await Promise.all(
      names.map(async ({ name }): Promise<[string, PageFile]> => {
        const type = types[extname(name)];
        if (!type) throw new Error(`A page file of unknown kind: ${name}`);
        const content = await readFile(new URL(name, folder));
        return [
          name,
          { content, type, tag: `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"` },
        ];
      }),
    );
    return new PageFiles(new Map(files));
  }

  /** @throws Problem 404 for a name that is not among them */
  async send(name: string, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const file = this.files.get(name);
    if (!file) throw problemOfStatus(404);
    // Kept by the browser, asked for again each time: a new release is there at once.
    void reply.header('cache-control', 'no-cache').header('etag', file.tag).header('content-type', file.type);
    if (request.headers['if-none-match'] === file.tag) await reply.status(304).send();
    else await reply.send(file.content);
  }
}
