import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Registry } from 'prom-client';
import { NoPersonalData, Public, RequireScope } from '#security/http/access.js';
import { METRICS } from '../injection.js';
import { Readiness, type ReadinessReport } from './readiness.js';

/** What operators and their instruments ask. */
@Controller()
@NoPersonalData()
export class OperationsController {
  constructor(
    private readonly readiness: Readiness,
    @Inject(METRICS) private readonly metrics: Registry,
  ) {}

  /** The process runs. */
  @Public()
  @Get('health/live')
  live(): { status: 'live' } {
    return { status: 'live' };
  }

  /** Requests can be served: 200, else 503 with what is not ready. */
  @Public()
  @Get(['health', 'health/ready'])
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<ReadinessReport> {
    const report = await this.readiness.report();
    reply.status(report.status === 'ready' ? 200 : 503);
    return report;
  }

  /** Prometheus text format. */
  @RequireScope('operations.read')
  @Get('metrics')
  async exposition(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    reply.header('content-type', this.metrics.contentType);
    return this.metrics.metrics();
  }
}
