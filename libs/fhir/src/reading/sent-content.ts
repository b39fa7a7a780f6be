import { lastValidDay } from '#domain/referrals/referral-validity.js';
import { referralId } from '#domain/referrals/referral-key.js';
import { dayPart } from '#domain/dates.js';
import type { EpisodeNumber, FacilityCode, ImmunizationId, ResidentId } from '#domain/ids.js';
import { referralStream, visitStream } from '#domain/streams.js';
import type { TransferPaper } from '#domain/visits/visit-content.js';
import type { ReferralDocument } from '../documents.js';
import type { TranslationContext } from '../elements.js';
import { immunizationOf } from '../immunizations/immunization-of.js';
import { keptElements, residentPlaceholder } from '../kept.js';
import { serviceRequestOf } from '../referrals/referral.js';
import { documentIdOf } from '../resource-ids.js';
import type { JsonObject } from './json.js';
import type { ReadDose } from './read-immunization.js';

/** Displays are no part of what is kept: no names are looked up. */
export const unnamed: TranslationContext = { facilityName: () => undefined };

const resident = residentPlaceholder as ResidentId;

/** The dose with what its Immunization said besides. */
export function withSentDose(dose: ReadDose, sent: JsonObject): ReadDose {
  const immunization = { ...dose, immunization: '' as ImmunizationId };
  const { identifier: _, ...made } = immunizationOf('', { kind: 'immunization', resident, immunization }, unnamed);
  const kept = keptElements(sent, made);
  return kept ? { ...dose, kept } : dose;
}

/** The paper with what its ServiceRequest said besides. */
export function sentPaper(paper: TransferPaper, sent: JsonObject, episode?: EpisodeNumber): TransferPaper {
  const at = paper.issuedAt;
  const validUntil = lastValidDay(dayPart(at), 'ten-working-days');
  const issue = { at, paper, direction: 'up' as const, validUntil, ...(episode !== undefined && { episode }) };
  const document: ReferralDocument = {
    kind: 'referral',
    resident,
    at,
    notes: [],
    state: {
      status: 'issued',
      referral: { from: paper.from, number: paper.number },
      resident,
      to: paper.to,
      addressees: [paper.to],
      issue,
    },
  };
  const kept = keptElements(sent, serviceRequestOf('', document, unnamed));
  return kept ? { ...paper, kept } : paper;
}

/** Id of the Encounter of an episode. */
export function visitId(facility: FacilityCode, episode: EpisodeNumber): string {
  const { category, key } = visitStream(facility, episode);
  return documentIdOf(`${category}-${encodeURIComponent(key)}`);
}

/** Where the request of a paper can be read. */
export function paperTarget(paper: TransferPaper): string {
  const { category } = referralStream(paper);
  return `ServiceRequest/${documentIdOf(`${category}-${encodeURIComponent(referralId(paper))}`)}`;
}
