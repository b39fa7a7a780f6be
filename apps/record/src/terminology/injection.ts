/** `TerminologyService` */
export const TERMINOLOGY = Symbol('Terminology');
