import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FacilityRegister } from '#domain/facilities/facility-register.js';
import { PageFiles } from '#platform/http/page-files.js';
import { FACILITY_REGISTER } from '#platform/injection.js';
import { NoPersonalData, RequireScope } from '#security/http/access.js';
import { type NamedFacility, named } from '../list-referrals/worklist-item.js';

/** Injection token of the page's {@link PageFiles}. */
export const INBOX_FILES = Symbol('InboxFiles');

export const readInboxFiles = (): Promise<PageFiles> => PageFiles.read(new URL('../../public/', import.meta.url));

/** The referral inbox as a web page. Whoever has no session is sent to the login page. */
@Controller('inbox')
@RequireScope('referrals.read')
@NoPersonalData()
export class InboxController {
  constructor(
    @Inject(INBOX_FILES) private readonly files: PageFiles,
    @Inject(FACILITY_REGISTER) private readonly register: FacilityRegister,
  ) {}

  @Get()
  page(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.files.send('inbox.html', request, reply);
  }

  /** Every facility a referral may be between, by code. */
  @Get('facilities')
  facilities(): readonly NamedFacility[] {
    return this.register
      .all()
      .map(({ code }) => named(code, this.register))
      .toSorted((a, b) => (a.code < b.code ? -1 : 1));
  }

  @Get(':file')
  file(@Param('file') name: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.files.send(name, request, reply);
  }
}
