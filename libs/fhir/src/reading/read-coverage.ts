import { parseLocalDate } from '#domain/dates.js';
import type { InsuranceCard } from '#domain/residents/resident-content.js';
import { residentIdentifierSystems } from '../systems.js';
import { identifierIn, stated } from './elements.js';
import { type JsonObject, objectOf, textOf } from './json.js';

const cardNumber = /^([A-Z]{2}\d{13}|\d{10})$/;

/** The health insurance card a Coverage is of; `undefined` for other insurances. */
export function readCoverage(coverage: JsonObject): InsuranceCard | undefined {
  const number =
    identifierIn(coverage, (system) => system === residentIdentifierSystems['insurance-number']) ??
    textOf(coverage['subscriberId']);
  if (number === undefined || !cardNumber.test(number) || coverage['status'] !== 'active') return undefined;
  const period = objectOf(coverage['period']);
  return stated<InsuranceCard>({
    number,
    validFrom: parseLocalDate((textOf(period?.['start']) ?? '').slice(0, 10)),
    validTo: parseLocalDate((textOf(period?.['end']) ?? '').slice(0, 10)),
  });
}
