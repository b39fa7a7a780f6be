import { Body, Controller, Get, HttpCode, Inject, Param, Post, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { Bundle, Patient } from '@medplum/fhirtypes';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { summaryProfile } from '#fhir/summary/patient-summary.js';
import { RawBody } from '#platform/http/body-parsers.js';
import type { Caller } from '#security/caller.js';
import { CurrentCaller, RequireScope } from '#security/http/access.js';
import { requireUse } from '../access/smart-access.js';
import { ofEverybody, type Visibility, visibilityOf } from '../access/visibility.js';
import { BreakGlassGuard } from '../break-glass/break-glass.guard.js';
import { FhirFault, notFound } from '../http/fhir-fault.js';
import { asFhir, baseOf, checkedId, definitionOf } from '../http/fhir-http.js';
import { operationParameters, type OperationParameters, type TakenParameters } from '../http/operation-parameters.js';
import { OutcomeFilter } from '../http/outcome.filter.js';
import { RECORD_QUERIES, type RecordQueries } from '../record-queries.js';
import { endOf } from '../search/moments.js';
import { searchRequest } from '../search/search-request.js';

/** Records that one number is looked for in: those of one person may be several. */
const mostRecords = 50;
const ofOne: TakenParameters = { asOf: 'text', profile: 'text' };
const ofIdentified: TakenParameters = { ...ofOne, identifier: 'text' };

/** `Patient/$summary` (HL7 IPS): the main of one resident's record as a document. */
@Controller('fhir')
@RequireScope('record.read')
@UseFilters(OutcomeFilter)
@UseGuards(BreakGlassGuard)
export class SummaryController {
  constructor(@Inject(RECORD_QUERIES) private readonly queries: RecordQueries) {}

  @Get('Patient/:id/$summary')
  read(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Bundle> {
    return this.#summary(caller, checkedId(id), operationParameters(request, undefined, ofOne), request, reply);
  }

  @Post('Patient/:id/$summary')
  @RawBody()
  @HttpCode(200)
  readByPost(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body() body: Buffer | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Bundle> {
    return this.#summary(caller, checkedId(id), operationParameters(request, body, ofOne), request, reply);
  }

  @Get('Patient/$summary')
  readIdentified(
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Bundle> {
    return this.#identified(caller, operationParameters(request, undefined, ofIdentified), request, reply);
  }

  @Post('Patient/$summary')
  @RawBody()
  @HttpCode(200)
  readIdentifiedByPost(
    @CurrentCaller() caller: Caller,
    @Body() body: Buffer | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Bundle> {
    return this.#identified(caller, operationParameters(request, body, ofIdentified), request, reply);
  }

  async #identified(
    caller: Caller,
    parameters: OperationParameters,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<Bundle> {
    requireUse(caller, 'Patient', 'r');
    const visibility = visibilityOf(caller);
    const patient = await this.#patientOf(parameters.text('identifier'), visibility, baseOf(request));
    return this.#summary(caller, patient, parameters, request, reply);
  }

  async #summary(
    caller: Caller,
    patient: string,
    parameters: OperationParameters,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<Bundle> {
    requireUse(caller, 'Patient', 'r');
    const visibility = visibilityOf(caller);
    checkProfile(parameters.text('profile'));
    const asOf = parameters.text('asOf');
    const base = baseOf(request);
    asFhir(reply);
    if (asOf === undefined) return this.queries.summary.summary(patient, Date.now(), visibility, base);
    const before = endOf('asOf', asOf);
    return this.queries.asOf.use(patient, before, visibility, (view) =>
      this.queries.over(view).summary.summary(patient, Math.min(before, Date.now()), ofEverybody(visibility), base),
    );
  }

  /** The one person whom an identifier names; records that are part of another are that other's. */
  async #patientOf(identifier: string | undefined, visibility: Visibility, base: string): Promise<string> {
    if (identifier === undefined)
      throw new FhirFault(400, 'invalid', { vi: 'Thiếu tham số identifier.', en: 'Parameter identifier is missing.' });
    const asked = new URLSearchParams({ identifier, _count: String(mostRecords) });
    const { entry = [] } = await this.queries.search.bundle(
      searchRequest(definitionOf('Patient'), asked, false, this.queries.pages),
      visibility,
      base,
    );
    const persons = new Set(
      entry.flatMap(({ resource }) => (resource?.resourceType === 'Patient' ? (personOf(resource) ?? []) : [])),
    );
    const [only, another] = persons;
    if (another !== undefined)
      throw new FhirFault(412, 'multiple-matches', {
        vi: 'Nhiều người mang số này; hãy hỏi theo Patient/{id}/$summary.',
        en: 'Several residents bear this number; ask Patient/{id}/$summary.',
      });
    if (only === undefined) throw notFound();
    return only;
  }
}

/** Id of the record that goes on, of one that was joined to it. */
function personOf({ id, link = [] }: Patient): string | undefined {
  const goesOn = link.find(({ type }) => type === 'replaced-by')?.other.reference;
  return goesOn?.replace(/^Patient\//, '') ?? id;
}

/** There is one kind of summary. */
function checkProfile(profile: string | undefined): void {
  if (profile === undefined || profile.split('|')[0] === summaryProfile) return;
  throw new FhirFault(400, 'not-supported', {
    vi: `Chỉ có bản tóm tắt theo ${summaryProfile}.`,
    en: `Summaries are of ${summaryProfile} alone.`,
  });
}
