import { addMonths, addWorkingDays, type LocalDate } from '../dates.js';

/** `one-year`: the diseases of TT 01/2025 Annex III, where the paper says so. */
export type ReferralValidity = 'ten-working-days' | 'one-year';

/**
 * The last day on which a paper signed on `signed` is valid: ten working days later (TT 01/2025 Art. 12(1)), or the same day
 * of the next year (Art. 12(2)). `holidays` are the public holidays on a weekday, `YYYY-MM-DD`.
 */
export function lastValidDay(signed: LocalDate, validity: ReferralValidity, holidays?: ReadonlySet<string>): LocalDate {
  return validity === 'one-year' ? addMonths(signed, 12) : addWorkingDays(signed, 10, holidays);
}
