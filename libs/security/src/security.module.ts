import { type DynamicModule, Inject, Module, type OnModuleInit } from '@nestjs/common';
import { APP_GUARD, HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { CONFIGURATION, SECRETS } from '#platform/injection.js';
import type { Configuration } from '#platform/configuration.js';
import type { AuditTrail } from './audit/audit-trail.js';
import { AccessGuard } from './http/access.guard.js';
import { auditAnswers } from './http/audit-hooks.js';
import { KeySetController } from './http/key-set.controller.js';
import { LOGIN_FILES, LoginController, readLoginFiles } from './http/login.controller.js';
import { SmartConfigurationController } from './http/smart-configuration.controller.js';
import { SmartConfigurations } from './http/smart-configurations.js';
import { SessionController } from './http/session.controller.js';
import { AUDIT_TRAIL, TOKEN_ISSUER, TOKEN_VERIFIER } from './injection.js';
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

/** Closes every route of the application but those that say whom they are open to, and writes down whose data each answer showed. */
@Module({})
export class SecurityModule implements OnModuleInit {
  constructor(
    private readonly adapter: HttpAdapterHost,
    @Inject(AUDIT_TRAIL) private readonly trail: AuditTrail,
  ) {}

  onModuleInit(): void {
    auditAnswers(this.adapter.httpAdapter.getInstance<FastifyInstance>(), this.trail);
  }

  /** @param trail stays open until the application has closed */
  static forRoot(trail: AuditTrail): DynamicModule {
    return {
      module: SecurityModule,
      global: true,
      controllers: [KeySetController, LoginController, SessionController, SmartConfigurationController],
      providers: [
        { provide: AUDIT_TRAIL, useValue: trail },
        SmartConfigurations,
        { provide: TOKEN_VERIFIER, inject: [CONFIGURATION, SECRETS], useFactory: tokenVerifier },
        { provide: TOKEN_ISSUER, inject: [SECRETS], useFactory: (secrets: Secrets) => new TokenIssuer(secrets) },
        { provide: LOGIN_FILES, useFactory: readLoginFiles },
        { provide: APP_GUARD, useClass: AccessGuard },
      ],
      exports: [AUDIT_TRAIL, SmartConfigurations, TOKEN_VERIFIER, TOKEN_ISSUER],
    };
  }
}
