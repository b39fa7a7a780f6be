import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { Problem } from '#platform/http/problem.js';
import type { Scope } from '../caller.js';
import { TOKEN_VERIFIER } from '../injection.js';
import type { TokenVerifier } from '../token-verifier.js';
import { noPersonalDataKey, publicKey, requiredScopeKey, tokenOptionalKey } from './access.js';
import { Disclosure, purposeOf } from './audit-hooks.js';
import { authenticate, tokenOf } from './authentication.js';

/**
 * Stands before every route. Only what the token says is judged here; whose data it may be is judged by the use case.
 * A route that says nothing of access is closed to everybody.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    @Inject(TOKEN_VERIFIER) private readonly verifier: TokenVerifier,
  ) {}

  async canActivate(context: ExecutionContext): Promise<true> {
    const places = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<true | undefined>(publicKey, places)) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (this.reflector.getAllAndOverride<true | undefined>(tokenOptionalKey, places) && tokenOf(request) === undefined)
      return true;
    const caller = await authenticate(request, this.verifier);
    if (!this.reflector.getAllAndOverride<true | undefined>(noPersonalDataKey, places))
      request.disclosure = new Disclosure(request, caller, purposeOf(request, caller));
    const scope = this.reflector.getAllAndOverride<Scope | undefined>(requiredScopeKey, places);
    if (!scope || !caller.scopes.has(scope)) throw forbidden(scope);
    return true;
  }
}

/** RFC 6750 §3.1 */
function forbidden(scope: Scope | undefined): Problem {
  return new Problem(
    403,
    'not-permitted',
    { vi: 'Không có quyền', en: 'Not permitted' },
    scope
      ? {
          detail: { vi: `Mã truy cập không có quyền ${scope}.`, en: `The token does not have the scope ${scope}.` },
          headers: { 'www-authenticate': `Bearer realm="lien-tuyen", error="insufficient_scope", scope="${scope}"` },
          extensions: { scope },
        }
      : {},
  );
}
