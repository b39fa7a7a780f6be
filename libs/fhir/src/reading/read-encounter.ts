import { type DateTime, parseLocalDate } from '#domain/dates.js';
import {
  type EpisodeNumber,
  type FacilityCode,
  parseEpisodeNumber,
  parseFacilityCode,
  parseReferralNumber,
} from '#domain/ids.js';
import type { VisitContent } from '#domain/visits/visit-content.js';
import { codeSystems, episodeNumberSystem, extensions, referralNumberSystem } from '../systems.js';
import { codeIn, codingOf, extensionOf, identifierIn, momentOf, stated, wordsOf } from './elements.js';
import { type JsonObject, objectOf, objectsOf, textOf } from './json.js';
import { decoded, tokenOf } from './references.js';

/** What an Encounter says of the visit as a whole. */
export type EncounterFrame = Pick<
  VisitContent,
  | 'start'
  | 'end'
  | 'careType'
  | 'payerCategory'
  | 'reason'
  | 'treatmentResult'
  | 'dischargeType'
  | 'appointment'
  | 'arrivedWith'
  | 'practitioner'
>;

/** ActCode → MA_LOAI_KCB, where no type of care is given and the class leaves no doubt. */
const careTypes: Readonly<Record<string, string>> = {
  IMP: '03',
  ACUTE: '03',
  NONAC: '03',
  SS: '04',
  FLD: '11',
  HH: '12',
  VR: '14',
};

/** Statuses of an encounter that took place. */
const took: ReadonlySet<string> = new Set(['arrived', 'triaged', 'in-progress', 'onleave', 'finished']);

/**
 * `undefined` for an encounter that was planned, called off or withdrawn, or of which no beginning is known.
 * @param practitioner certificate number of whoever is responsible
 */
export function readEncounter(encounter: JsonObject, practitioner: string | undefined): EncounterFrame | undefined {
  const period = objectOf(encounter['period']);
  const start: DateTime | undefined = momentOf(period?.['start']);
  if (start === undefined || !took.has(textOf(encounter['status']) ?? '')) return undefined;
  const hospitalization = objectOf(encounter['hospitalization']);
  const payer = objectOf(extensionOf(encounter, extensions.payerCategory)?.['valueCoding']);
  const result = objectOf(extensionOf(encounter, extensions.treatmentResult)?.['valueCoding']);
  const appointment = parseLocalDate(textOf(extensionOf(encounter, extensions.appointment)?.['valueDate']) ?? '');
  const encounterClass = objectOf(encounter['class']);
  return stated<EncounterFrame>({
    start,
    end: momentOf(period?.['end']),
    careType: codeIn(encounter['type'], codeSystems.careType) ?? careTypes[textOf(encounterClass?.['code']) ?? ''],
    payerCategory: payer && codingOf(payer).code,
    reason: wordsOf(encounter['reasonCode']),
    treatmentResult: result && codingOf(result).code,
    dischargeType: codeIn(hospitalization?.['dischargeDisposition'], codeSystems.dischargeType),
    appointment: appointment && { on: appointment },
    arrivedWith: paperOf(encounter),
    practitioner,
  });
}

/** The sender's number of the episode: ours by its system, else any of its own with its system; `undefined` when it has none. */
export function episodeOf(encounter: JsonObject, facility: FacilityCode): EpisodeNumber | undefined {
  const own = identifierIn(encounter, (system) => system === episodeNumberSystem(facility));
  if (own !== undefined) return parseEpisodeNumber(own);
  const tokens = objectsOf(encounter['identifier']).map(tokenOf);
  for (const token of tokens) {
    const episode =
      token === undefined ? undefined : parseEpisodeNumber(token.startsWith('|') ? token.slice(1) : token);
    if (episode) return episode;
  }
  return undefined;
}

/** The episode that an address `Encounter?identifier=system|value` names. */
export function episodeNamed(url: string, facility: FacilityCode): EpisodeNumber | undefined {
  const token = decoded(url.slice(url.indexOf('=') + 1));
  const bar = token.indexOf('|');
  const identifier = { system: token.slice(0, Math.max(bar, 0)), value: token.slice(bar + 1) };
  return episodeOf({ identifier: [identifier] }, facility);
}

const papers = referralNumberSystem('' as FacilityCode);

function paperOf(encounter: JsonObject): VisitContent['arrivedWith'] | undefined {
  for (const based of objectsOf(encounter['basedOn'])) {
    const identifier = objectOf(based['identifier']);
    const system = textOf(identifier?.['system']) ?? '';
    const from = system.startsWith(papers) ? parseFacilityCode(system.slice(papers.length)) : undefined;
    const number = parseReferralNumber(textOf(identifier?.['value']) ?? '');
    if (from && number) return { from, number };
  }
  return undefined;
}
