import { createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Caller, Scope } from '../caller.js';

export const requiredScopeKey = 'lien-tuyen:required-scope';
export const publicKey = 'lien-tuyen:public';
export const tokenOptionalKey = 'lien-tuyen:token-optional';
export const noPersonalDataKey = 'lien-tuyen:no-personal-data';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the access guard once the token is verified. */
    caller?: Caller;
  }
}

/** The route, or every route of the controller, needs a token with this scope. Routes without it and without {@link Public} are closed to all. */
export const RequireScope = (scope: Scope): MethodDecorator & ClassDecorator => SetMetadata(requiredScopeKey, scope);

/** No token needed: health endpoints and the login page. */
export const Public = (): MethodDecorator & ClassDecorator => SetMetadata(publicKey, true);

/** A token may be sent, and is verified then; what the route tells may depend on it, but is for everybody without one. */
export const TokenOptional = (): MethodDecorator & ClassDecorator => SetMetadata(tokenOptionalKey, true);

/**
 * The route shows nobody: figures, code lists, files of a page, or only what its caller has just sent. Every other route that needs a
 * token is written to the audit trail.
 */
export const NoPersonalData = (): MethodDecorator & ClassDecorator => SetMetadata(noPersonalDataKey, true);

/** The verified caller of the request. */
export const CurrentCaller = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const { caller } = context.switchToHttp().getRequest<FastifyRequest>();
  if (!caller) throw new Error('A route that asks for its caller must require a scope');
  return caller;
});
