import type { Residence, Sex } from '#domain/codes.js';
import { parseLocalDate, parsePartialDate } from '#domain/dates.js';
import type { FacilityCode } from '#domain/ids.js';
import type {
  IdentifierSystem,
  InsuranceCard,
  ResidentDetails,
  ResidentIdentifier,
} from '#domain/residents/resident-content.js';
import { codeSystems, extensions, residentIdentifierSystems } from '../systems.js';
import { codeIn, codingOf, extensionOf, facilityOf, stated } from './elements.js';
import { type JsonObject, objectOf, objectsOf, textOf, textsOf } from './json.js';
import { readingFault, type ReadingFault } from './reading-fault.js';
import { tokenOf } from './references.js';

export interface ReadPatient {
  readonly details: ResidentDetails;
  readonly identifiers: readonly ResidentIdentifier[];
  readonly cards: readonly InsuranceCard[];
  readonly faults: readonly ReadingFault[];
}

const systems = new Map(
  Object.entries(residentIdentifierSystems).map(([system, uri]) => [uri, system as IdentifierSystem]),
);

/** Forms of the numbers that identify a person by themselves. */
const forms: Readonly<Partial<Record<IdentifierSystem, RegExp>>> = {
  'national-id': /^\d{12}$/,
  'citizen-id': /^\d{9}$/,
  'insurance-number': /^\d{10}$/,
};
const cardNumber = /^([A-Z]{2}\d{13}|\d{10})$/;

/** @param facility numbers of systems that are not the state's are numbers of the sender's */
export function readPatient(patient: JsonObject, facility: FacilityCode, path: string): ReadPatient {
  const faults: ReadingFault[] = [];
  const identifiers: ResidentIdentifier[] = [];
  const cards: InsuranceCard[] = [];
  objectsOf(patient['identifier']).forEach((sent, index) => {
    const card = cardOf(sent);
    if (card) cards.push(card);
    else {
      const identifier = residentIdentifier(sent, facility);
      if (!identifier) return;
      if (forms[identifier.system]?.test(identifier.value) === false)
        faults.push(readingFault(`${path}.identifier[${index}].value`, 'identifier-form', 'warning'));
      else identifiers.push(identifier);
    }
  });
  if (identifiers.length === 0) faults.push(readingFault(`${path}.identifier`, 'patient-not-recognisable', 'warning'));
  return { details: detailsOf(patient), identifiers, cards, faults };
}

/**
 * A number of a person in the domain's terms. Numbers of systems that nobody but the sender knows are the sender's own numbers,
 * system and value together.
 */
export function residentIdentifier(sent: JsonObject, facility: FacilityCode): ResidentIdentifier | undefined {
  const value = textOf(sent['value']);
  if (value === undefined) return undefined;
  const system = systems.get(textOf(sent['system']) ?? '');
  if (system !== undefined && system !== 'facility-patient-number') return { system, value };
  const number = system === undefined ? tokenOf(sent) : value;
  const issuer = facilityOf(objectOf(sent['assigner'])) ?? facility;
  return number === undefined || textOf(sent['system']) === undefined
    ? undefined
    : { system: 'facility-patient-number', value: number, facility: issuer };
}

/** VN Core has one system for the card and the insurance number: a card says it is one, or looks like one. */
function cardOf(sent: JsonObject): InsuranceCard | undefined {
  if (textOf(sent['system']) !== residentIdentifierSystems['insurance-number']) return undefined;
  const number = textOf(sent['value']);
  const declared = codeIn(sent['type'], codeSystems.identifierType) === 'HC';
  if (number === undefined || !(declared || /^[A-Z]{2}\d{13}$/.test(number)) || !cardNumber.test(number))
    return undefined;
  const period = objectOf(sent['period']);
  return stated<InsuranceCard>({
    number,
    registeredFacility: facilityOf(objectOf(extensionOf(sent, extensions.registeredFacility)?.['valueReference'])),
    validFrom: parseLocalDate(textOf(period?.['start']) ?? ''),
    validTo: parseLocalDate(textOf(period?.['end']) ?? ''),
  });
}

function detailsOf(patient: JsonObject): ResidentDetails {
  const telecom = (system: string): string | undefined =>
    textOf(objectsOf(patient['telecom']).find((one) => one['system'] === system)?.['value']);
  return stated<ResidentDetails>({
    name: nameOf(patient),
    sex: sexOf(patient['gender']),
    birthDate: parsePartialDate(textOf(patient['birthDate']) ?? ''),
    ethnicGroup: extensionCode(patient, extensions.ethnicGroup),
    nationality: extensionCode(patient, extensions.nationality),
    occupation: extensionCode(patient, extensions.occupation),
    phone: telecom('phone'),
    email: telecom('email'),
    bloodGroup: textOf(extensionOf(patient, extensions.bloodGroup)?.['valueString']),
    residence: residenceOf(patient),
  });
}

/** In Vietnamese order; the official name before others. */
function nameOf(patient: JsonObject): string {
  const names = objectsOf(patient['name']);
  const name = names.find((one) => one['use'] === 'official') ?? names.find((one) => one['use'] !== 'old') ?? names[0];
  if (!name) return '';
  const words = textOf(name['text']) ?? [textOf(name['family']) ?? '', ...textsOf(name['given'])].join(' ');
  return words.normalize('NFC').replace(/\s+/gu, ' ').trim();
}

function sexOf(gender: unknown): Sex {
  return gender === 'male' || gender === 'female' || gender === 'other' ? gender : 'unknown';
}

function extensionCode(holder: JsonObject, url: string): string | undefined {
  const coding = objectOf(extensionOf(holder, url)?.['valueCoding']);
  return coding && codingOf(coding).code;
}

function residenceOf(patient: JsonObject): Residence | undefined {
  const addresses = objectsOf(patient['address']);
  const address = addresses.find((one) => one['use'] === 'home') ?? addresses[0];
  if (!address) return undefined;
  const words = [
    ...textsOf(address['line']),
    ...textsOf([address['city'] ?? null, address['district'] ?? null, address['state'] ?? null]),
  ];
  const residence = stated<Residence>({
    text: textOf(address['text']) ?? textOf(words.join(', ')),
    provinceCode: extensionCode(address, extensions.province),
    districtCode: extensionCode(address, extensions.district),
    communeCode: extensionCode(address, extensions.commune),
  });
  return Object.keys(residence).length === 0 ? undefined : residence;
}
