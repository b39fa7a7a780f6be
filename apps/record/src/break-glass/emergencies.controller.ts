import { Controller, Get, Inject, Query } from '@nestjs/common';
import { IsOptional, Matches } from 'class-validator';
import { AuditReader, type RecordedAudit } from '#security/audit/audit-reader.js';
import type { AuditTrail } from '#security/audit/audit-trail.js';
import { RequireScope } from '#security/http/access.js';
import { AUDIT_TRAIL } from '#security/injection.js';
import { emergencyMs } from './break-glass-tickets.js';

class EmergencyParameters {
  /** `{milliseconds}-{number}` of the page before. */
  @IsOptional()
  @Matches(/^\d{1,15}-\d{1,15}$/)
  readonly after?: string;

  @IsOptional()
  @Matches(/^([1-9]\d?|100)$/, { message: 'limit must be a number from 1 to 100' })
  readonly limit?: string;
}

/** A record that was opened in an emergency, or that somebody tried to open. */
export interface Emergency {
  readonly at: string;
  readonly until?: string;
  /** Absent where nobody was found. */
  readonly resident?: string;
  readonly holder: string;
  readonly facility?: string;
  readonly reason?: string;
  readonly opened: boolean;
  /** As what it is served under `/fhir/AuditEvent`. */
  readonly auditEvent: string;
}

/** For those who watch over access: whose record was opened in an emergency, by whom and why. Newest first. */
@Controller('access/emergencies')
@RequireScope('access.oversight')
export class EmergenciesController {
  readonly #reader: AuditReader;

  constructor(@Inject(AUDIT_TRAIL) trail: AuditTrail) {
    this.#reader = new AuditReader(trail.store.database);
  }

  @Get()
  async list(
    @Query() { after, limit = '50' }: EmergencyParameters,
  ): Promise<{ readonly items: readonly Emergency[]; readonly next?: string }> {
    const [recorded = 0, seq = 0] = (after ?? '').split('-').map(Number);
    const place = after === undefined ? undefined : { recorded, seq };
    const { found, next } = await this.#reader.page({ emergencies: true }, Number(limit), place);
    return {
      items: found.map(emergencyOf),
      ...(next && { next: `/access/emergencies?after=${next.recorded}-${next.seq}&limit=${limit}` }),
    };
  }
}

function emergencyOf({ seq, entry }: RecordedAudit): Emergency {
  const [resident] = entry.residents;
  const opened = entry.status < 400;
  return {
    at: new Date(entry.recorded).toISOString(),
    ...(opened && { until: new Date(entry.recorded + emergencyMs).toISOString() }),
    ...(resident !== undefined && { resident }),
    holder: entry.holder,
    ...(entry.facility !== undefined && { facility: entry.facility }),
    ...(entry.emergency?.reason !== undefined && { reason: entry.emergency.reason }),
    opened,
    auditEvent: String(seq),
  };
}
