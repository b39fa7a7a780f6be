/** Injection token of the loaded targets. */
export const TARGETS = Symbol('Targets');
