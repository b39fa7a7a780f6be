import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PageFiles } from '#platform/http/page-files.js';
import { NoPersonalData, RequireScope } from '#security/http/access.js';

/** Injection token of the page's {@link PageFiles}. */
export const DASHBOARD_FILES = Symbol('DashboardFiles');

export const readDashboardFiles = (): Promise<PageFiles> => PageFiles.read(new URL('../../public/', import.meta.url));

/** The province's dashboard. Whoever has no session is sent to the login page. */
@Controller()
@RequireScope('statistics.read')
@NoPersonalData()
export class DashboardController {
  constructor(@Inject(DASHBOARD_FILES) private readonly files: PageFiles) {}

  @Get()
  page(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.files.send('index.html', request, reply);
  }

  @Get('dashboard/:file')
  file(@Param('file') name: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.files.send(name, request, reply);
  }
}
