/** Code systems as the terminology service knows them: made from tables, whole or in part. */

export type Language = 'vi' | 'en';

export interface ConceptProperty {
  readonly code: string;
  readonly value: string;
  readonly kind: 'code' | 'string' | 'date';
}

/** A code and what it is called, in at least one language. */
export interface Concept {
  readonly code: string;
  readonly vi?: string;
  readonly en?: string;
  /** Other words for it that a display may have. */
  readonly also?: readonly string[];
  /** Code of the next wider concept. */
  readonly parent?: string;
  readonly properties?: readonly ConceptProperty[];
}

export interface ShippedCodeSystem {
  /** FHIR id. */
  readonly id: string;
  readonly url: string;
  /** Other URIs that software gives it. */
  readonly aliases?: readonly string[];
  /** For machines: a FHIR name. */
  readonly name: string;
  readonly title: string;
  readonly version: string;
  /** Language of the display where none is asked for. */
  readonly language: Language;
  /** Whether these are all concepts; of a fragment, others may be codes too. */
  readonly complete: boolean;
  readonly copyright?: string;
  /** Properties that its concepts may have beside parent and child. */
  readonly properties?: readonly { readonly code: string; readonly type: ConceptProperty['kind'] }[];
  /** Of a fragment: whether a code that is not among the concepts can be one. */
  readonly mayBe?: (code: string) => boolean;
  /** By code, in the order of the list; made on first use and kept. */
  readonly concepts: () => ReadonlyMap<string, Concept>;
}

/** What a concept is called: in the language asked for where it has words in it. */
export function displayOf(
  concept: Concept,
  { language }: Pick<ShippedCodeSystem, 'language'>,
  asked?: Language,
): string {
  return concept[asked ?? language] ?? concept[language] ?? concept.vi ?? concept.en ?? concept.code;
}

/** Made once, when first asked for. */
export function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}

export const byCode = (concepts: Iterable<Concept>): ReadonlyMap<string, Concept> =>
  new Map([...concepts].map((concept) => [concept.code, concept]));
