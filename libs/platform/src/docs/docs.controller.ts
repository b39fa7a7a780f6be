import { readFile } from 'node:fs/promises';
import { Controller, Get, Header, Inject, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '#security/http/access.js';
import type { PageFiles } from '../http/page-files.js';

/** Injection token of the {@link PageFiles} of the page. */
export const DOCS_FILES = Symbol('DocsFiles');
/** `docs/openapi.json` of the repository. */
export const openApiFile = new URL('../../../../../docs/openapi.json', import.meta.url);

/** What the interface is, for those who build against it. Public: it holds no data. */
@Public()
@Controller()
export class DocsController {
  #openApi: Promise<Buffer> | undefined;

  constructor(@Inject(DOCS_FILES) private readonly files: PageFiles) {}

  @Get('openapi.json')
  @Header('content-type', 'application/json; charset=utf-8')
  @Header('cache-control', 'no-cache')
  openApi(): Promise<Buffer> {
    return (this.#openApi ??= readFile(openApiFile));
  }

  @Get('docs')
  page(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.files.send('docs.html', request, reply);
  }

  @Get('docs/:file')
  file(@Param('file') name: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.files.send(name, request, reply);
  }
}
