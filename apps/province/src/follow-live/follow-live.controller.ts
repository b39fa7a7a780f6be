import { Readable } from 'node:stream';
import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { lastEventId } from '#platform/http/event-streams.js';
import { signalOf } from '#platform/http/gone.js';
import { RequireScope } from '#security/http/access.js';
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
export class FollowLiveController {
  constructor(
    private readonly figures: LiveFigures,
    private readonly parameters: Parameters,
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
    await reply
      .header('content-type', 'text/event-stream; charset=utf-8')
      .header('x-accel-buffering', 'no')
      .send(Readable.from(this.figures.follow(place, period, seen, signalOf(reply)), { highWaterMark: 1 }));
  }
}
