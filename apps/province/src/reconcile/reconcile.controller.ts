import { Controller, Get, Query, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import type { FastifyReply } from 'fastify';
import { signalOf } from '#platform/http/gone.js';
import { NoPersonalData, RequireScope } from '#security/http/access.js';
import { Parameters } from '../statistics/parameters.js';
import { Reconcile, type Reconciliation } from './reconcile.query.js';

class ReconciliationParameters {
  @IsOptional()
  @IsString()
  @MaxLength(20)
  readonly place?: string;

  @IsOptional()
  @IsString()
  @MaxLength(20)
  readonly period?: string;
}

@Controller('statistics/reconciliation')
@RequireScope('statistics.read')
@NoPersonalData()
export class ReconcileController {
  constructor(
    private readonly queries: QueryBus,
    private readonly parameters: Parameters,
  ) {}

  @Get()
  reconcile(
    @Query() asked: ReconciliationParameters,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Reconciliation> {
    const { parameters } = this;
    return this.queries.execute(
      new Reconcile(
        asked.place === undefined ? undefined : parameters.place(asked.place),
        parameters.period(asked.period),
        signalOf(reply),
      ),
    );
  }
}
