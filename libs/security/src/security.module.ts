import { type DynamicModule, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { CONFIGURATION, SECRETS } from '#platform/injection.js';
import type { Configuration } from '#platform/configuration.js';
import { AccessGuard } from './http/access.guard.js';
import { KeySetController } from './http/key-set.controller.js';
import { LOGIN_FILES, LoginController, readLoginFiles } from './http/login.controller.js';
import { SessionController } from './http/session.controller.js';
import { TOKEN_ISSUER, TOKEN_VERIFIER } from './injection.js';
import { localVerifier, oidcVerifier, verifierOfIssuers } from './jwt-verifiers.js';
import type { Secrets } from './secrets.js';
import { RecentTokens } from './token-cache.js';
import { TokenIssuer } from './token-issuer.js';
import type { TokenVerifier } from './token-verifier.js';

/** Everybody whose tokens an installation accepts. */
export function tokenVerifier(configuration: Configuration, secrets: Pick<Secrets, 'signingKey'>): TokenVerifier {
  const { oidcIssuer, oidcAudience } = configuration;
  return verifierOfIssuers(
    [localVerifier(secrets), ...(oidcIssuer === undefined ? [] : [oidcVerifier(oidcIssuer, oidcAudience)])],
    new RecentTokens(),
  );
}

/** Closes every route of the application but those that say whom they are open to. */
@Module({})
export class SecurityModule {
  static forRoot(): DynamicModule {
    return {
      module: SecurityModule,
      global: true,
      controllers: [KeySetController, LoginController, SessionController],
      providers: [
        { provide: TOKEN_VERIFIER, inject: [CONFIGURATION, SECRETS], useFactory: tokenVerifier },
        { provide: TOKEN_ISSUER, inject: [SECRETS], useFactory: (secrets: Secrets) => new TokenIssuer(secrets) },
        { provide: LOGIN_FILES, useFactory: readLoginFiles },
        { provide: APP_GUARD, useClass: AccessGuard },
      ],
      exports: [TOKEN_VERIFIER, TOKEN_ISSUER],
    };
  }
}
