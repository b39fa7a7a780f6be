import { Body, Controller, Delete, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { Matches } from 'class-validator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { decodeJwt } from 'jose';
import type { FacilityCode } from '#domain/ids.js';
import { askedOverTls } from '#platform/http/public-origin.js';
import type { Caller, CallerKind } from '../caller.js';
import { TOKEN_VERIFIER } from '../injection.js';
import type { TokenVerifier } from '../token-verifier.js';
import { Public } from './access.js';
import { authenticate, callerOfToken, refuseForeignPages, sessionCookie } from './authentication.js';

class LoginBody {
  /** A JWT (RFC 7519): three parts of base64url. */
  @Matches(/^[\w-]{1,8000}\.[\w-]{1,8000}\.[\w-]{1,2000}$/, { message: 'token must be a JSON Web Token' })
  readonly token!: string;
}

/** Who is logged in, for the pages. */
export interface Session {
  readonly kind: CallerKind;
  readonly facility?: FacilityCode;
  /** The page this kind of user begins with. */
  readonly home: string;
}

/** A browser's session is the caller's own token, kept in a cookie that no script can read. */
@Controller('session')
@Public()
export class SessionController {
  constructor(@Inject(TOKEN_VERIFIER) private readonly verifier: TokenVerifier) {}

  @Post()
  @HttpCode(200)
  async begin(
    @Body() { token }: LoginBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Session> {
    // A foreign page must not log its visitor in as somebody of its choice.
    refuseForeignPages(request);
    const caller = await callerOfToken(token, this.verifier);
    const secondsLeft = Math.floor((decodeJwt(token).exp ?? 0) - Date.now() / 1000);
    reply.header('set-cookie', cookieOf(request, token, Math.max(0, secondsLeft)));
    return sessionOf(caller);
  }

  @Get()
  async show(@Req() request: FastifyRequest): Promise<Session> {
    return sessionOf(await authenticate(request, this.verifier));
  }

  @Delete()
  @HttpCode(204)
  end(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): void {
    refuseForeignPages(request);
    reply.header('set-cookie', cookieOf(request, '', 0));
  }
}

function sessionOf({ kind, facility }: Caller): Session {
  return { kind, ...(facility && { facility }), home: homeOf(kind, facility) };
}

function homeOf(kind: CallerKind, facility: FacilityCode | undefined): string {
  switch (kind) {
    case 'province':
    case 'operator':
      return '/';
    case 'station':
    case 'hospital':
      return '/inbox';
    case 'clinician':
      return facility ? '/inbox' : '/records';
    case 'resident':
      return '/records';
    default:
      return kind satisfies never;
  }
}

function cookieOf(request: FastifyRequest, token: string, seconds: number): string {
  const secure = askedOverTls(request) ? '; Secure' : '';
  return `${sessionCookie}=${token}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure}`;
}
