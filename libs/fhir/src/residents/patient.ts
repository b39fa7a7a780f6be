import type { Address, ContactPoint, Extension, HumanName, Identifier, Patient, Period } from '@medplum/fhirtypes';
import type { Residence } from '#domain/codes.js';
import type { InsuranceCard, ResidentIdentifier } from '#domain/residents/resident-content.js';
import type { ResidentDocument } from '../documents.js';
import { coding, facilityReference, given, text, type TranslationContext } from '../elements.js';
import { codeSystems, extensions, residentIdentifierSystems } from '../systems.js';
import { readCodes } from '../tables.js';
import { personName } from './person-name.js';

const ethnicGroups = readCodes('ethnic-groups.tsv', 'code', 'display_vi');

const identifierTypes: Readonly<Record<ResidentIdentifier['system'], readonly [code: string, display: string]>> = {
  'national-id': ['NI', 'National unique individual identifier'],
  'citizen-id': ['NI', 'National unique individual identifier'],
  passport: ['PPN', 'Passport number'],
  'insurance-number': ['SN', 'Subscriber Number'],
  'facility-patient-number': ['MR', 'Medical record number'],
};

export function patientOf(document: ResidentDocument, context: TranslationContext): Patient {
  const { details } = document;
  const named = personName(text(details.name) ?? '');
  const address = details.residence && addressOf(details.residence);
  return given<Patient>({
    resourceType: 'Patient',
    id: document.resident,
    active: true,
    extension: patientExtensions(document),
    identifier: [
      ...document.identifiers.map((one) => identifierOf(one, context)),
      ...cardIdentifiers(document, context),
    ].filter((one) => one !== undefined),
    name:
      named.text === ''
        ? undefined
        : [given<HumanName>({ use: 'official', text: named.text, family: named.family, given: [...named.given] })],
    gender: details.sex,
    birthDate: details.birthDate,
    telecom: [contact('phone', details.phone), contact('email', details.email)].filter((one) => one !== undefined),
    address: address && [address],
    managingOrganization: facilityReference(document.registeredBy, context),
  });
}

/** System and value of a number; the sender's own numbers from FHIR hold the system they are of, `urn:…|123`. */
export function identifierToken({ system, value }: ResidentIdentifier): {
  readonly system: string;
  readonly value: string;
} {
  const foreign = system === 'facility-patient-number' ? /^([a-z][a-z0-9+.-]*:[^|]*)\|(.+)$/i.exec(value) : null;
  return foreign
    ? { system: foreign[1] ?? '', value: foreign[2] ?? '' }
    : { system: residentIdentifierSystems[system], value };
}

function identifierOf(identifier: ResidentIdentifier, context: TranslationContext): Identifier | undefined {
  const { system, value: written } = identifierToken(identifier);
  const value = text(written);
  if (value === undefined) return undefined;
  const [code, display] = identifierTypes[identifier.system];
  return given<Identifier>({
    type: { coding: [{ system: codeSystems.identifierType, code, display }] },
    system,
    value,
    assigner: identifier.facility && facilityReference(identifier.facility, context),
  });
}

/** VN Core has one system for the card and the insurance number; a card comes with its validity. */
function cardIdentifiers(
  { cards }: ResidentDocument,
  context: TranslationContext,
): readonly (Identifier | undefined)[] {
  return cards.map((card) => {
    const value = text(card.number);
    if (value === undefined) return undefined;
    const facility = text(card.registeredFacility);
    return given<Identifier>({
      type: { coding: [{ system: codeSystems.identifierType, code: 'HC', display: 'Health Card Number' }] },
      system: residentIdentifierSystems['insurance-number'],
      value,
      period: periodOf(card),
      extension:
        facility === undefined
          ? undefined
          : [{ url: extensions.registeredFacility, valueReference: facilityReference(facility, context) }],
    });
  });
}

function periodOf(card: InsuranceCard): Period | undefined {
  if (card.validFrom === undefined && card.validTo === undefined) return undefined;
  if (card.validFrom !== undefined && card.validTo !== undefined && card.validTo < card.validFrom)
    return { start: card.validFrom };
  return given<Period>({ start: card.validFrom, end: card.validTo });
}

function patientExtensions({ details }: ResidentDocument): Extension[] {
  const ethnic = coding(codeSystems.ethnicGroup, details.ethnicGroup, ethnicGroups.get(details.ethnicGroup ?? ''));
  const nationality = coding(
    codeSystems.nationality,
    details.nationality,
    details.nationality === '000' ? 'Việt Nam' : undefined,
  );
  const occupation = coding(codeSystems.occupation, details.occupation);
  const blood = text(details.bloodGroup);
  return [
    ethnic && { url: extensions.ethnicGroup, valueCoding: ethnic },
    nationality && { url: extensions.nationality, valueCoding: nationality },
    occupation && { url: extensions.occupation, valueCoding: occupation },
    blood === undefined ? undefined : { url: extensions.bloodGroup, valueString: blood },
  ].filter((one) => one !== undefined);
}

function contact(system: 'phone' | 'email', value: string | undefined): ContactPoint | undefined {
  const known = text(value);
  return known === undefined ? undefined : { system, value: known };
}

/** Codes are of the administrative map that was valid when the residence was stated. */
export function addressOf(residence: Residence): Address | undefined {
  const places: readonly (readonly [string, string | undefined])[] = [
    [extensions.province, residence.provinceCode],
    [extensions.district, residence.districtCode],
    [extensions.commune, residence.communeCode],
  ];
  const known = places.flatMap(([url, code]) => {
    const valueCoding = coding(codeSystems.place, code);
    return valueCoding ? [{ url, valueCoding }] : [];
  });
  const words = text(residence.text);
  if (known.length === 0 && words === undefined) return undefined;
  return given<Address>({ use: 'home', text: words, country: 'VN', extension: known });
}
