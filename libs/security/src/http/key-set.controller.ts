import { Controller, Get, Header, Inject } from '@nestjs/common';
import type { JWK } from 'jose';
import { TOKEN_ISSUER } from '../injection.js';
import type { TokenIssuer } from '../token-issuer.js';
import { Public } from './access.js';

@Controller('.well-known')
export class KeySetController {
  constructor(@Inject(TOKEN_ISSUER) private readonly issuer: TokenIssuer) {}

  @Public()
  @Get('jwks.json')
  @Header('cache-control', 'public, max-age=300')
  keySet(): Promise<{ keys: JWK[] }> {
    return this.issuer.keySet();
  }
}
