import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { parseResidentId } from '#domain/ids.js';
import { PageFiles } from '#platform/http/page-files.js';
import { NoPersonalData, RequireScope } from '#security/http/access.js';

/** Injection token of the pages' {@link PageFiles}. */
export const RECORDS_FILES = Symbol('RecordsFiles');

export const readRecordsFiles = (): Promise<PageFiles> => PageFiles.read(new URL('../../public/', import.meta.url));

/**
 * A resident's record as web pages: finding somebody, and one record. The pages hold no data themselves; they ask the FHIR service, where
 * access is decided and written down. Whoever has no session is sent to the login page.
 */
@Controller('records')
@RequireScope('record.read')
@NoPersonalData()
export class RecordsPageController {
  constructor(@Inject(RECORDS_FILES) private readonly files: PageFiles) {}

  @Get()
  find(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.files.send('records.html', request, reply);
  }

  /** The page of a resident's id; any other name is a file's. */
  @Get(':name')
  record(@Param('name') name: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.files.send(parseResidentId(name) === undefined ? name : 'record.html', request, reply);
  }
}
