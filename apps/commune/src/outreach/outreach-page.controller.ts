import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PageFiles } from '#platform/http/page-files.js';
import { NoPersonalData, RequireScope } from '#security/http/access.js';

/** Injection token of the page's {@link PageFiles}. */
export const OUTREACH_FILES = Symbol('OutreachFiles');

export const readOutreachFiles = (): Promise<PageFiles> =>
  PageFiles.read(new URL('../../public/outreach/', import.meta.url));

/** Where a station checks and hands in the sheet of a screening day. Whoever has no session is sent to the login page. */
@Controller('outreach')
@RequireScope('intake.write')
@NoPersonalData()
export class OutreachPageController {
  constructor(@Inject(OUTREACH_FILES) private readonly files: PageFiles) {}

  @Get()
  page(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.files.send('outreach.html', request, reply);
  }

  @Get(':file')
  file(@Param('file') name: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.files.send(name, request, reply);
  }
}
