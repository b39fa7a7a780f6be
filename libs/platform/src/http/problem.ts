/** RFC 9457 problem documents, in Vietnamese and English. They hold no personal data. */
import type { Bilingual } from '#domain/bilingual.js';

export interface ProblemDocument {
  readonly type: string;
  /** Vietnamese; English under `en`. */
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly en: { readonly title: string; readonly detail?: string };
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
      /** Members of this problem's own; those of RFC 9457 stay what they are. */
      readonly extensions?: Readonly<Record<string, unknown>>;
    } = {},
  ) {
    super(`${code}: ${title.en}`);
  }

  toDocument(): ProblemDocument {
    const { detail, extensions } = this.options;
    return {
      ...extensions,
      type: `urn:lien-tuyen:problem:${this.code}`,
      title: this.title.vi,
      status: this.status,
      ...(detail && { detail: detail.vi }),
      en: { title: this.title.en, ...(detail && { detail: detail.en }) },
    };
  }
}
