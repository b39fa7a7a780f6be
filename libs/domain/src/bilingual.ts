/** Text for users: Vietnamese first, English beside it. */
export interface Bilingual {
  readonly vi: string;
  readonly en: string;
}
