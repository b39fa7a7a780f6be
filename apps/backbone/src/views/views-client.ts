import type { Bilingual } from '#domain/bilingual.js';
import { SetupError } from '#platform/setup-error.js';
import type { ViewStatus } from '#projections/projection.js';
import type { TokenIssuer } from '#security/token-issuer.js';

/** A refusal that the caller has to look at. */
export interface Refused {
  readonly refused: string;
  readonly text: Bilingual;
}

/** Tokens are made for one request each: whoever gets hold of one has it for minutes. */
const tokenHours = 5 / 60;
const patienceMs = 30_000;

/** Asks a running server about its views, as an operator of the same installation. */
export class ViewsClient {
  constructor(
    readonly origin: string,
    private readonly issuer: TokenIssuer,
  ) {}

  async list(): Promise<readonly ViewStatus[]> {
    const { views } = (await this.#asked('GET', '/views')) as { views: readonly ViewStatus[] };
    return views;
  }

  rebuild(name: string): Promise<ViewStatus | Refused> {
    return this.#ask<ViewStatus>('POST', `/views/${encodeURIComponent(name)}/rebuild`);
  }

  cancel(name: string): Promise<ViewStatus | Refused> {
    return this.#ask<ViewStatus>('DELETE', `/views/${encodeURIComponent(name)}/rebuild`);
  }

  retrySetAside(name: string): Promise<{ applied: number; remaining: number } | Refused> {
    return this.#ask('POST', `/views/${encodeURIComponent(name)}/retry-set-aside`);
  }

  async #asked(method: string, path: string): Promise<unknown> {
    const answer = await this.#ask<object>(method, path);
    if (isRefused(answer)) throw new SetupError(answer.text);
    return answer;
  }

  /** @throws SetupError when the server cannot be reached, or does not take the token */
  async #ask<Answer>(method: string, path: string): Promise<Answer | Refused> {
    const token = await this.issuer.issue({ kind: 'operator', hours: tokenHours });
    const response = await fetch(new URL(path, this.origin), {
      method,
      headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
      signal: AbortSignal.timeout(patienceMs),
    }).catch((error: unknown) => {
      throw new SetupError(
        {
          vi: `Không kết nối được với máy chủ ${this.origin}`,
          en: `The server ${this.origin} cannot be reached`,
        },
        { cause: error },
      );
    });
    const answer = (await response.json().catch(() => ({}))) as Answer & Partial<ProblemAnswer>;
    if (response.ok) return answer;
    if (response.status === 401) throw anotherInstallation(this.origin);
    const { type = '', title = `HTTP ${response.status}`, en } = answer;
    return { refused: type.slice(type.lastIndexOf(':') + 1), text: { vi: title, en: en?.title ?? title } };
  }
}

interface ProblemAnswer {
  readonly type: string;
  readonly title: string;
  readonly en: { readonly title: string };
}

export const isRefused = (answer: object): answer is Refused => 'refused' in answer;

function anotherInstallation(origin: string): SetupError {
  return new SetupError({
    vi: `Máy chủ ${origin} không nhận mã của SECRETS_FILE này: đó là máy chủ của bản cài đặt khác`,
    en: `The server ${origin} does not take tokens of this SECRETS_FILE: it is another installation's`,
  });
}
