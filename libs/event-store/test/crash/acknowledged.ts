/** An append the store has acknowledged. */
export interface Acknowledged {
  readonly stream: string;
  readonly revision: number;
  readonly position: number;
  readonly ids: readonly string[];
}

/** Data of one event of an append, so that half an append or half a text would show. */
export interface Part {
  readonly append: string;
  readonly number: number;
  readonly of: number;
  readonly text: string;
  readonly digest: string;
}
