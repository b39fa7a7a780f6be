/** Injection token of {@link Clock}. */
export const CLOCK = Symbol('Clock');

/** Milliseconds since 1970. */
export type Clock = () => number;
