import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PageFiles } from '#platform/http/page-files.js';
import { Public } from './access.js';

/** Injection token of the page's {@link PageFiles}. */
export const LOGIN_FILES = Symbol('LoginFiles');

export const readLoginFiles = (): Promise<PageFiles> => PageFiles.read(new URL('../../public/', import.meta.url));

/** The one page that needs no token. */
@Controller('login')
@Public()
export class LoginController {
  constructor(@Inject(LOGIN_FILES) private readonly files: PageFiles) {}

  @Get()
  page(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.files.send('login.html', request, reply);
  }

  @Get(':file')
  file(@Param('file') name: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.files.send(name, request, reply);
  }
}
