/** RFC 9457 problem documents, in Vietnamese and English. They hold no personal data. */

export interface Bilingual {
  readonly vi: string;
  readonly en: string;
}

export interface ProblemDocument {
  readonly type: string;
  readonly title: Bilingual;
  readonly status: number;
  readonly detail?: Bilingual;
  readonly [extension: string]: unknown;
}

/** Thrown by a route, answered as `application/problem+json` by the problem filter. */
export class Problem extends Error {
  override readonly name = 'Problem';
  constructor(
    readonly status: number,
    /** Kebab-case; becomes `urn:lien-tuyen:problem:{code}`. */
    readonly code: string,
    readonly title: Bilingual,
    readonly options: {
      readonly detail?: Bilingual;
      readonly headers?: Readonly<Record<string, string>>;
      readonly extensions?: Readonly<Record<string, unknown>>;
    } = {},
  ) {
    super(`${code}: ${title.en}`);
  }

  toDocument(): ProblemDocument {
    return {
      type: `urn:lien-tuyen:problem:${this.code}`,
      title: this.title,
      status: this.status,
      ...(this.options.detail && { detail: this.options.detail }),
      ...this.options.extensions,
    };
  }
}
