import { Controller, Get, Header, HttpCode, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RawBody } from '#platform/http/body-parsers.js';
import { Problem } from '#platform/http/problem.js';
import type { Caller } from '#security/caller.js';
import { CurrentCaller, NoPersonalData, RequireScope } from '#security/http/access.js';
import { outreachExample, outreachTemplate } from '#station-formats/outreach/write-sheet.js';
import { outreachLimits } from '#station-formats/outreach/read-outreach-sheet.js';
import { UnreadableMessage } from '#station-formats/unreadable-message.js';
import { SenderLimits } from '#platform/http/sender-limits.js';
import { type DryRunResult, OutreachDryRun } from './dry-run.js';
import { faultSheet } from './fault-sheet.js';
import { sentSheet } from './sent-sheet.js';

/** The sheet of a screening day: its template, and what would become of a filled one. */
@Controller('intake/outreach')
@RequireScope('intake.write')
export class OutreachController {
  readonly #limits = new SenderLimits();

  constructor(private readonly dryRun: OutreachDryRun) {}

  @NoPersonalData()
  @Get('template')
  @Header('content-type', 'text/csv; charset=utf-8')
  @Header('content-disposition', 'attachment; filename="mau-kham-sang-loc.csv"')
  template(): string {
    return outreachTemplate();
  }

  /** The template with one synthetic line. */
  @NoPersonalData()
  @Get('example')
  @Header('content-type', 'text/csv; charset=utf-8')
  @Header('content-disposition', 'attachment; filename="vi-du-kham-sang-loc-GIA-LAP.csv"')
  example(): string {
    return outreachExample();
  }

  /** Nothing is stored. Asked for `text/csv`, it answers the list of faults as a sheet. */
  @Post('dry-run')
  @HttpCode(200)
  @RawBody(outreachLimits.bytes)
  async check(
    @Req() request: FastifyRequest,
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DryRunResult | string> {
    const { facility, body } = sentSheet(request, caller);
    const result = await this.#limits.within(facility, body.byteLength, () => this.#result(body, facility));
    if (request.headers.accept?.split(/[,;]/, 1)[0]?.trim() !== 'text/csv') return result;
    reply.header('content-type', 'text/csv; charset=utf-8');
    reply.header('content-disposition', 'attachment; filename="danh-sach-loi.csv"');
    return faultSheet(result);
  }

  async #result(...[body, facility]: Parameters<OutreachDryRun['of']>): Promise<DryRunResult> {
    try {
      return await this.dryRun.of(body, facility);
    } catch (error) {
      if (!(error instanceof UnreadableMessage)) throw error;
      throw new Problem(
        422,
        'unreadable-sheet',
        { vi: 'Không đọc được bảng', en: 'The sheet cannot be read' },
        { extensions: { faults: error.faults } },
      );
    }
  }
}
