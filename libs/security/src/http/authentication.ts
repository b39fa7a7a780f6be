import type { FastifyRequest } from 'fastify';
import type { Bilingual } from '#domain/bilingual.js';
import { Problem } from '#platform/http/problem.js';
import type { Caller } from '../caller.js';
import { InvalidToken, IssuerUnavailable, type TokenFault, type TokenVerifier } from '../token-verifier.js';

/** The cookie a browser session keeps its token in; HttpOnly, SameSite=Strict. */
export const sessionCookie = 'lt_session';

const faults: Readonly<Record<TokenFault, Bilingual>> = {
  malformed: { vi: 'Mã truy cập không đọc được.', en: 'The token cannot be read.' },
  issuer: {
    vi: 'Mã truy cập do nơi không được tin cậy cấp.',
    en: 'The token is of an issuer that is not trusted here.',
  },
  audience: { vi: 'Mã truy cập cấp cho hệ thống khác.', en: 'The token is for another system.' },
  signature: { vi: 'Chữ ký của mã truy cập không đúng.', en: 'The signature of the token is wrong.' },
  expired: { vi: 'Mã truy cập đã hết hạn.', en: 'The token has expired.' },
  claims: {
    vi: 'Mã truy cập thiếu hoặc sai thông tin người dùng.',
    en: 'The token does not say rightly who the caller is.',
  },
};

/**
 * The verified caller of a request by its bearer token, else by its session cookie; kept on the request.
 * @throws Problem 401 without a valid token, 403 when a page of another site uses the session, 503 when the issuer does not answer
 */
export async function authenticate(request: FastifyRequest, verifier: TokenVerifier): Promise<Caller> {
  if (request.caller) return request.caller;
  const token = tokenOf(request);
  if (token === undefined) throw unauthorised();
  if (request.headers.authorization === undefined) refuseForeignPages(request);
  request.caller = await callerOfToken(token, verifier);
  return request.caller;
}

/** The token of a request, by whatever way it came; not verified. */
export function tokenOf({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined {
  return bearerToken(headers.authorization) ?? cookie(headers.cookie, sessionCookie);
}

/**
 * Who a token speaks of.
 * @throws Problem 401 for a token that is not valid, 503 when the issuer does not answer
 */
export async function callerOfToken(token: string, verifier: TokenVerifier): Promise<Caller> {
  try {
    return await verifier.verify(token);
  } catch (error) {
    if (error instanceof InvalidToken) throw unauthorised(error.fault);
    if (error instanceof IssuerUnavailable) {
      throw new Problem(
        503,
        'issuer-unavailable',
        { vi: 'Nơi cấp mã truy cập không trả lời', en: 'The token issuer does not answer' },
        { headers: { 'retry-after': '5' } },
      );
    }
    throw error;
  }
}

/** RFC 6750 §3: why a token is needed, or was not accepted. */
function unauthorised(fault?: TokenFault): Problem {
  return new Problem(
    401,
    'unauthorised',
    { vi: 'Cần mã truy cập hợp lệ', en: 'A valid token is needed' },
    {
      ...(fault && { detail: faults[fault], extensions: { fault } }),
      headers: { 'www-authenticate': `Bearer realm="lien-tuyen"${fault ? ', error="invalid_token"' : ''}` },
    },
  );
}

/**
 * A browser sends the session cookie along whoever made the request: what changes something must come from a page of our own.
 * @throws Problem 403 for a request that changes something and does not come from one
 */
export function refuseForeignPages(request: FastifyRequest): void {
  if (['GET', 'HEAD', 'OPTIONS'].includes(request.method)) return;
  const site = request.headers['sec-fetch-site'];
  const { origin, host } = request.headers;
  const own =
    site !== undefined
      ? site === 'same-origin'
      : origin !== undefined && URL.canParse(origin) && new URL(origin).host === host;
  if (!own)
    throw new Problem(403, 'foreign-page', {
      vi: 'Yêu cầu đến từ trang khác',
      en: 'The request comes from a page of another site',
    });
}

function bearerToken(header: string | undefined): string | undefined {
  return header === undefined ? undefined : (/^Bearer +([\w.~+/=-]+) *$/i.exec(header)?.[1] ?? '');
}

function cookie(header: string | undefined, name: string): string | undefined {
  const found = header?.split(';').find((part) => part.trim().startsWith(`${name}=`));
  return found?.trim().slice(name.length + 1) || undefined;
}
