import { dayOf, type LocalDate } from '#domain/dates.js';

/** Injection token of {@link Clock}. */
export const CLOCK = Symbol('Clock');

/** Milliseconds since 1970. */
export type Clock = () => number;

/** The calendar day in Viet Nam. */
export const todayBy = (clock: Clock): LocalDate => dayOf(clock());
