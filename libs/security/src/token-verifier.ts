import type { Caller } from './caller.js';

export type TokenFault = 'malformed' | 'issuer' | 'audience' | 'signature' | 'expired' | 'claims';

/** The token does not say who the caller is. */
export class InvalidToken extends Error {
  override readonly name = 'InvalidToken';
  constructor(readonly fault: TokenFault) {
    super(`Invalid token: ${fault}`);
  }
}

/** The keys of the identity provider cannot be had at the moment. */
export class IssuerUnavailable extends Error {
  override readonly name = 'IssuerUnavailable';
}

export interface TokenVerifier {
  /**
   * @throws InvalidToken
   * @throws IssuerUnavailable when the token is of an external issuer that does not answer
   */
  verify(token: string): Promise<Caller>;
}
