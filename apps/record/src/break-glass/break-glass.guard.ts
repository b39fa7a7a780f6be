import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { disclosureOf } from '#security/http/audit-hooks.js';
import { FhirFault } from '../http/fhir-fault.js';
import { BREAK_GLASS } from './injection.js';
import type { BreakGlass } from './break-glass.js';

/** A request with the header `Break-Glass` reads the one record its ticket opens, whole; that it does is written down. */
@Injectable()
export class BreakGlassGuard implements CanActivate {
  constructor(@Inject(BREAK_GLASS) private readonly glass: BreakGlass) {}

  canActivate(context: ExecutionContext): true {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const text = request.headers['break-glass'];
    if (text === undefined) return true;
    const { caller } = request;
    const may = caller?.scopes.has('record.break-glass') === true && typeof text === 'string';
    const ticket = may ? this.glass.tickets.read(text, caller.holder) : undefined;
    if (!ticket || !caller) {
      throw new FhirFault(403, 'forbidden', {
        vi: 'Phiếu mở khẩn cấp không hợp lệ, của người khác hoặc đã hết hạn.',
        en: 'The break-glass ticket is not valid, is somebody else’s, or its time is over.',
      });
    }
    request.caller = { ...caller, emergency: { resident: ticket.resident } };
    const disclosure = disclosureOf(request);
    disclosure.purpose = 'BTG';
    disclosure.emergency = { ticket: ticket.id };
    disclosure.residents.add(ticket.resident);
    return true;
  }
}
