/** Value sets as the terminology service knows them: codes of code systems, all or listed. */
export interface ShippedValueSet {
  /** FHIR id. */
  readonly id: string;
  readonly url: string;
  readonly name: string;
  readonly title: string;
  readonly version: string;
  readonly includes: readonly { readonly system: string; readonly codes?: readonly string[] }[];
}
