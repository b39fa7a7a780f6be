import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Public } from '#security/http/access.js';
import { PageFile } from '../http/page-file.js';

/** `docs/openapi.json` of the repository. */
export const openApiFile = new URL('../../../../../docs/openapi.json', import.meta.url);
const page = (name: string): PageFile => new PageFile(new URL(`../../public/${name}`, import.meta.url));

/** What the interface is, for those who build against it. Public: it holds no data. */
@Public()
@Controller()
export class DocsController {
  readonly #openApi = new PageFile(openApiFile);
  readonly #page = page('docs.html');
  readonly #script = page('docs.js');
  readonly #style = page('docs.css');

  @Get('openapi.json')
  openApi(@Res() reply: FastifyReply): void {
    this.#openApi.send(reply);
  }

  @Get('docs')
  docs(@Res() reply: FastifyReply): void {
    this.#page.send(reply);
  }

  @Get('docs/docs.js')
  script(@Res() reply: FastifyReply): void {
    this.#script.send(reply);
  }

  @Get('docs/docs.css')
  style(@Res() reply: FastifyReply): void {
    this.#style.send(reply);
  }
}
