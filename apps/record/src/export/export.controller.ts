import { randomUUID } from 'node:crypto';
import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Req, Res, UseFilters } from '@nestjs/common';
import type { OperationOutcome } from '@medplum/fhirtypes';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '#security/caller.js';
import { CurrentCaller, NoPersonalData, RequireScope } from '#security/http/access.js';
import { disclosureOf } from '#security/http/audit-hooks.js';
import type { Visibility } from '../access/visibility.js';
import { GROUPS, type Groups } from '../groups/groups.js';
import { asFhir, baseOf, checkedId, parametersOf, prefersLenient } from '../http/fhir-http.js';
import { FhirFault, issue, notFound, outcome } from '../http/fhir-fault.js';
import { OutcomeFilter } from '../http/outcome.filter.js';
import { RECORD_QUERIES, type RecordQueries } from '../record-queries.js';
import { sendFile } from './export-file.js';
import type { ExportLevel, StoredExport } from './export-job.js';
import { type AskedParameters, exportRequest, parametersIn } from './export-request.js';
import { exportVisibility, owns, requireTypes } from './export-rights.js';
import { EXPORTS, type Exports, mostUnfinished } from './exports.js';
import { type ExportManifest, manifestOf, progressOf, retryAfter } from './manifest.js';

/** Bulk Data Access: `$export` of everything, of all residents and of a group; the job it becomes, and its files. */
@Controller('fhir')
@RequireScope('record.export')
@UseFilters(OutcomeFilter)
export class ExportController {
  constructor(
    @Inject(EXPORTS) private readonly exports: Exports,
    @Inject(GROUPS) private readonly groups: Groups,
    @Inject(RECORD_QUERIES) private readonly queries: RecordQueries,
  ) {}

  @Get('$export')
  ofSystem(
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OperationOutcome> {
    return this.#begin({ kind: 'system' }, [...parametersOf(request)], caller, request, reply);
  }

  @Post('$export')
  ofSystemByPost(
    @CurrentCaller() caller: Caller,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OperationOutcome> {
    return this.#begin({ kind: 'system' }, posted(body, request), caller, request, reply);
  }

  @Get('Patient/$export')
  ofPatients(
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OperationOutcome> {
    return this.#begin({ kind: 'patients' }, [...parametersOf(request)], caller, request, reply);
  }

  @Post('Patient/$export')
  ofPatientsByPost(
    @CurrentCaller() caller: Caller,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OperationOutcome> {
    return this.#begin({ kind: 'patients' }, posted(body, request), caller, request, reply);
  }

  @Get('Group/:id/$export')
  ofGroup(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OperationOutcome> {
    return this.#begin({ kind: 'group', group: checkedId(id) }, [...parametersOf(request)], caller, request, reply);
  }

  @Post('Group/:id/$export')
  ofGroupByPost(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OperationOutcome> {
    return this.#begin({ kind: 'group', group: checkedId(id) }, posted(body, request), caller, request, reply);
  }

  /** How far it is; when it is done, of which files it consists. Counts alone. */
  @NoPersonalData()
  @Get('$export/:job')
  async status(
    @CurrentCaller() caller: Caller,
    @Param('job') id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ExportManifest | undefined> {
    const stored = await this.#own(id, caller);
    const { state } = stored;
    reply.header('Cache-Control', 'private, no-store');
    if (state.status === 'failed') throw failed(stored);
    if (state.status !== 'complete') {
      reply
        .status(202)
        .header('X-Progress', progressOf(state))
        .header('Retry-After', String(retryAfter(stored, Date.now())));
      return undefined;
    }
    const expiry = this.exports.expiry(stored);
    if (expiry !== undefined) reply.header('Expires', new Date(expiry).toUTCString());
    reply.type('application/json; charset=utf-8');
    return manifestOf(stored, baseOf(request));
  }

  /** Ends the work on it, and removes its files. */
  @NoPersonalData()
  @Delete('$export/:job')
  @HttpCode(202)
  async cancel(
    @CurrentCaller() caller: Caller,
    @Param('job') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OperationOutcome> {
    const { job } = await this.#own(id, caller);
    await this.exports.cancel(job.id);
    asFhir(reply);
    return outcome([
      issue('information', 'informational', { vi: 'Đã hủy và xóa.', en: 'Cancelled, and its files removed.' }),
    ]);
  }

  @Get('$export/:job/:file')
  async file(
    @CurrentCaller() caller: Caller,
    @Param('job') id: string,
    @Param('file') name: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { job, state } = await this.#own(id, caller);
    const file = state.status === 'complete' ? state.files.find((one) => one.name === name) : undefined;
    if (!file) throw notFound();
    const read = (start: number, end: number): AsyncIterable<Uint8Array> =>
      this.exports.read(job.id, file.name, start, end);
    await sendFile(job.id, file, read, request, reply);
  }

  async #begin(
    level: ExportLevel,
    parameters: AskedParameters,
    caller: Caller,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<OperationOutcome> {
    const visibility = exportVisibility(caller);
    requireAsync(request);
    const { asked, ignored } = exportRequest(level, parameters, prefersLenient(request));
    requireTypes(visibility, asked.types);
    await this.#requireLevel(asked.level, visibility);
    const { holder } = caller;
    if ((await this.exports.unfinishedOf(holder)) >= mostUnfinished) {
      reply.header('Retry-After', '60');
      throw tooMany();
    }
    const { kind, actor, facility, purpose, route, request: requestId, query } = disclosureOf(request).entry(202);
    const id = randomUUID();
    await this.exports.start({
      id,
      createdAt: Date.now(),
      request: `${baseOf(request)}${(request.raw.url ?? '').replace(/^\/fhir/, '')}`,
      asked,
      visibility,
      by: {
        kind,
        actor,
        holder,
        purpose,
        route,
        request: requestId,
        ...(facility && { facility }),
        ...(query && { query }),
      },
    });
    asFhir(reply)
      .status(202)
      .header('Content-Location', `${baseOf(request)}/$export/${id}`);
    return outcome([
      issue('information', 'informational', {
        vi: 'Đã nhận; xem Content-Location.',
        en: 'Accepted; see Content-Location.',
      }),
      ...ignored.map((name) =>
        issue('warning', 'not-supported', {
          vi: `Đã bỏ qua: ${name.slice(0, 100)}.`,
          en: `Ignored: ${name.slice(0, 100)}.`,
        }),
      ),
    ]);
  }

  /** @throws FhirFault 404 for a group or resident that is not there, or not the caller's to read */
  async #requireLevel(level: ExportLevel, visibility: Visibility): Promise<void> {
    if (level.kind === 'group' && !this.groups.find(level.group, visibility)) throw notFound();
    if (level.kind === 'system') return;
    await this.queries.reader.requireResidents(level.ids ?? [], visibility);
  }

  async #own(id: string, caller: Caller): Promise<StoredExport> {
    const stored = await this.exports.find(id);
    if (!stored || !owns(caller, stored.job)) throw notFound();
    return stored;
  }
}

/** Parameters of a body; those of the address count as well. */
function posted(body: unknown, request: FastifyRequest): AskedParameters {
  return [...parametersOf(request), ...(body === undefined || body === null ? [] : parametersIn(body))];
}

function requireAsync({ headers }: FastifyRequest): void {
  if (/(^|[,;\s])respond-async\b/.test(String(headers['prefer'] ?? ''))) return;
  throw new FhirFault(400, 'invalid', {
    vi: '$export cần tiêu đề Prefer: respond-async.',
    en: '$export needs the header Prefer: respond-async.',
  });
}

const tooMany = (): FhirFault =>
  new FhirFault(429, 'throttled', {
    vi: `Đã có ${mostUnfinished} lần kết xuất chưa xong.`,
    en: `There are ${mostUnfinished} exports under way already.`,
  });

function failed({ state }: StoredExport): FhirFault {
  return state.failure === 'no-space'
    ? new FhirFault(507, 'exception', {
        vi: 'Không đủ chỗ trống để kết xuất.',
        en: 'There is not enough room for the export.',
      })
    : new FhirFault(500, 'exception', {
        vi: 'Kết xuất không thành; đã được ghi lại.',
        en: 'The export has failed; it has been logged.',
      });
}
