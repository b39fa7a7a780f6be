/**
 * Branded identifiers. A bare string becomes one of these only through its parse function, at the edge where it enters.
 * Every parse function returns `undefined` for text that is not such an identifier.
 */
declare const brand: unique symbol;
export type Branded<Base, Name extends string> = Base & { readonly [brand]: Name };

/** UUID of a resident, chosen by this system; never a number issued by the state. */
export type ResidentId = Branded<string, 'ResidentId'>;
/** Five characters, the first two the province (QĐ 384/QĐ-BYT 2019); may hold letters. */
export type FacilityCode = Branded<string, 'FacilityCode'>;
/** MA_LK: links all tables of one episode and never changes while it lasts; unique within its facility. */
export type EpisodeNumber = Branded<string, 'EpisodeNumber'>;
/** SO_CHUYENTUYEN: number of a transfer paper; unique within the facility that issued it. */
export type ReferralNumber = Branded<string, 'ReferralNumber'>;
/** UUID of a screening. */
export type ScreeningId = Branded<string, 'ScreeningId'>;
/** UUID of one dose of a vaccine. */
export type ImmunizationId = Branded<string, 'ImmunizationId'>;

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const facilityCode = /^[0-9]{2}[0-9A-Z]{3}$/;
/** Numbers issued by hospital software: up to 100 printable characters, no white space or control characters inside. */
const issuedNumber = /^[^\s\p{C}]{1,100}$/u;

export function parseResidentId(text: string): ResidentId | undefined {
  return uuid.test(text) ? (text as ResidentId) : undefined;
}

export function parseFacilityCode(text: string): FacilityCode | undefined {
  return facilityCode.test(text) ? (text as FacilityCode) : undefined;
}

export function parseEpisodeNumber(text: string): EpisodeNumber | undefined {
  return issuedNumber.test(text) ? (text as EpisodeNumber) : undefined;
}

export function parseReferralNumber(text: string): ReferralNumber | undefined {
  return issuedNumber.test(text) ? (text as ReferralNumber) : undefined;
}

export function parseScreeningId(text: string): ScreeningId | undefined {
  return uuid.test(text) ? (text as ScreeningId) : undefined;
}
