import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { lastEventId, sendEventStream } from '#platform/http/event-stream.js';
import { STOPPING } from '#platform/injection.js';
import { NoPersonalData, RequireScope } from '#security/http/access.js';
import { Parameters } from '../statistics/parameters.js';
import { LiveFigures } from './live-figures.js';

class LiveParameters {
  @IsOptional()
  @IsString()
  @MaxLength(20)
  readonly place?: string;

  @IsOptional()
  @IsString()
  @MaxLength(20)
  readonly period?: string;
}

@Controller('statistics/live')
@RequireScope('statistics.read')
@NoPersonalData()
export class FollowLiveController {
  constructor(
    private readonly figures: LiveFigures,
    private readonly parameters: Parameters,
    @Inject(STOPPING) private readonly stopping: AbortSignal,
  ) {}

  @Get()
  async follow(
    @Query() asked: LiveParameters,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const place = this.parameters.place(asked.place);
    const period = this.parameters.period(asked.period);
    const seen = lastEventId(request);
    await sendEventStream(reply, this.stopping, (ended) => this.figures.follow(place, period, seen, ended));
  }
}
