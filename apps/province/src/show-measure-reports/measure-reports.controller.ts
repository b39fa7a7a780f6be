import { Controller, Get, Query, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { measureReportOf } from '#fhir/measures/measure-report.js';
import type { Bundle } from '@medplum/fhirtypes';
import type { FastifyReply } from 'fastify';
import { signalOf } from '#platform/http/gone.js';
import { NoPersonalData, RequireScope } from '#security/http/access.js';
import { IndicatorsParameters } from '../show-indicators/show-indicators.controller.js';
import { ShowIndicators } from '../show-indicators/show-indicators.query.js';
import { Parameters } from '../statistics/parameters.js';

/** The indicators as FHIR: a Bundle of one MeasureReport each. */
@Controller('statistics/measure-reports')
@RequireScope('statistics.read')
@NoPersonalData()
export class MeasureReportsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly parameters: Parameters,
  ) {}

  @Get()
  async show(@Query() asked: IndicatorsParameters, @Res({ passthrough: true }) reply: FastifyReply): Promise<Bundle> {
    const { parameters } = this;
    const period = parameters.period(asked.period);
    const answer = await this.queries.execute(
      new ShowIndicators(parameters.place(asked.place), period, parameters.asOf(asked.asOf), signalOf(reply)),
    );
    const { place, placeName, level, asOf } = answer;
    const { from, to } = period;
    const at = { place, placeName, level, period: period.text, asOf, ...(from && { from }), ...(to && { to }) };
    reply.type('application/fhir+json; charset=utf-8');
    return {
      resourceType: 'Bundle',
      type: 'collection',
      entry: answer.indicators.map((indicator) => ({ resource: measureReportOf(indicator, at) })),
    };
  }
}
