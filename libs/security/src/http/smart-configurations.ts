import { Inject, Injectable } from '@nestjs/common';
import type { Configuration } from '#platform/configuration.js';
import { Problem } from '#platform/http/problem.js';
import { CONFIGURATION } from '#platform/injection.js';
import { callerKinds, grantableTo } from '../caller.js';
import { contextsOf } from '../smart-scopes.js';

/** How clients come to tokens and what they may ask for (SMART App Launch 2.2 §10). */
export interface SmartConfiguration {
  readonly issuer?: string;
  readonly jwks_uri?: string;
  readonly authorization_endpoint?: string;
  readonly token_endpoint?: string;
  readonly introspection_endpoint?: string;
  readonly revocation_endpoint?: string;
  readonly grant_types_supported: readonly string[];
  readonly code_challenge_methods_supported: readonly string[];
  readonly scopes_supported: readonly string[];
  readonly capabilities: readonly string[];
}

const endpoints = [
  'authorization_endpoint',
  'token_endpoint',
  'introspection_endpoint',
  'revocation_endpoint',
  'jwks_uri',
] as const;
const keepMs = 300_000;

/**
 * The identity provider's endpoints where one is set. The local issuer has none: it gives tokens by `npm run token`, and the document
 * then says only which scopes there are.
 */
@Injectable()
export class SmartConfigurations {
  #found: { readonly at: number; readonly endpoints: Partial<SmartConfiguration> } | undefined;

  constructor(@Inject(CONFIGURATION) private readonly configuration: Configuration) {}

  async describe(): Promise<SmartConfiguration> {
    const { oidcIssuer } = this.configuration;
    const contexts = [...new Set(callerKinds.flatMap((kind) => contextsOf[kind]))];
    const own = new Set(callerKinds.flatMap(grantableTo));
    return {
      ...(oidcIssuer === undefined ? {} : await this.#endpointsOf(oidcIssuer)),
      grant_types_supported: oidcIssuer === undefined ? [] : ['authorization_code', 'client_credentials'],
      code_challenge_methods_supported: oidcIssuer === undefined ? [] : ['S256'],
      scopes_supported: [...contexts.flatMap((context) => [`${context}/*.rs`, `${context}/*.cruds`]), ...own],
      capabilities: ['permission-v1', 'permission-v2', 'permission-user', 'permission-patient'],
    };
  }

  /** @throws Problem 503 when the identity provider does not answer with its discovery document */
  async #endpointsOf(issuer: string): Promise<Partial<SmartConfiguration>> {
    if (this.#found && Date.now() - this.#found.at < keepMs) return this.#found.endpoints;
    try {
      const answer = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {
        signal: AbortSignal.timeout(5_000),
        redirect: 'error',
      });
      const document = (await answer.json()) as Readonly<Record<string, unknown>>;
      if (!answer.ok || document['issuer'] !== issuer) throw new Error('not its discovery document');
      const named = endpoints.flatMap((name) => (typeof document[name] === 'string' ? [[name, document[name]]] : []));
      this.#found = { at: Date.now(), endpoints: { issuer, ...(Object.fromEntries(named) as object) } };
      return this.#found.endpoints;
    } catch (cause) {
      const title = { vi: 'Nơi cấp mã truy cập không trả lời', en: 'The token issuer does not answer' };
      throw Object.assign(new Problem(503, 'issuer-unavailable', title, { headers: { 'retry-after': '5' } }), {
        cause,
      });
    }
  }
}
