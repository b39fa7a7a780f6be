/** JSON as it was sent. */
export type KeptJson = string | number | boolean | null | readonly KeptJson[] | KeptObject;
export interface KeptObject {
  readonly [name: string]: KeptJson;
}

/**
 * What a FHIR resource said beyond the content it became, by element: what the record would otherwise lose. The record gives the
 * element back as it was sent, as long as what the content itself says of it has not changed since.
 */
export type KeptElements = Readonly<Record<string, KeptElement>>;

export interface KeptElement {
  /** The element as sent; absent when the sender left out what the content says by itself. */
  readonly value?: KeptJson;
  /** Fingerprint of what the content said by itself when the element was kept; absent when it said nothing. */
  readonly over?: string;
}

/**
 * A FHIR resource that became no content, kept whole. References inside lead to ids of the record; `$resident` in them stands for
 * the resident it is kept for.
 */
export interface KeptResource {
  /** Names the resource among those kept for the same visit or resident; the same when it is sent again. */
  readonly key: string;
  /** FHIR resource type. */
  readonly type: string;
  readonly resource: KeptObject;
}
