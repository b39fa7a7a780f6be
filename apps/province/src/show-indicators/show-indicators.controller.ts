import { Controller, Get, Query, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import type { FastifyReply } from 'fastify';
import { signalOf } from '#platform/http/gone.js';
import { NoPersonalData, RequireScope } from '#security/http/access.js';
import { Parameters } from '../statistics/parameters.js';
import type { IndicatorsAnswer } from './indicator-answer.js';
import { ShowIndicators } from './show-indicators.query.js';

export class IndicatorsParameters {
  @IsOptional()
  @IsString()
  @MaxLength(20)
  readonly place?: string;

  @IsOptional()
  @IsString()
  @MaxLength(20)
  readonly period?: string;

  @IsOptional()
  @IsString()
  @MaxLength(40)
  readonly asOf?: string;
}

@Controller('statistics/indicators')
@RequireScope('statistics.read')
@NoPersonalData()
export class ShowIndicatorsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly parameters: Parameters,
  ) {}

  @Get()
  show(
    @Query() asked: IndicatorsParameters,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<IndicatorsAnswer> {
    const { parameters } = this;
    return this.queries.execute(
      new ShowIndicators(
        parameters.place(asked.place),
        parameters.period(asked.period),
        parameters.asOf(asked.asOf),
        signalOf(reply),
      ),
    );
  }
}
