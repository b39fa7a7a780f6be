import { dayPart } from '#domain/dates.js';
import type { ScreeningId } from '#domain/ids.js';
import type { OutreachScreening } from '#station-formats/outreach/outreach-row.js';
import { derivedUuid } from '../derived-ids.js';

/**
 * One screening a day of one person, in one programme, at one facility.
 * @param whom number of the paper form where the sheet has one, else the resident
 */
export function outreachScreeningId({ facility, at, programme }: OutreachScreening, whom: string): ScreeningId {
  return derivedUuid('outreach', facility, dayPart(at), programme, whom) as ScreeningId;
}
