import { breakGlass } from '#security/audit/audit-entry.js';
import type { AuditPlace, AuditQuestion } from '#security/audit/audit-reader.js';
import { FhirFault } from '../http/fhir-fault.js';
import type { PageTokens } from '../search/page-token.js';
import { instantValue, invalidValue, referenceId, tokenValue } from '../search/parameter-values.js';
import { auditTypes, emergencyOverride } from './audit-event.js';

/** A search of AuditEvents as it was asked. */
export interface AuditSearch {
  readonly question: AuditQuestion;
  readonly count: number;
  readonly total: boolean;
  readonly countOnly: boolean;
  readonly ignored: readonly string[];
  readonly after?: AuditPlace;
  readonly query: string;
}

/** Name → FHIR type, for the CapabilityStatement. */
export const auditParameters = {
  _id: 'token',
  action: 'token',
  agent: 'reference',
  altid: 'token',
  date: 'date',
  entity: 'reference',
  outcome: 'token',
  patient: 'reference',
  subtype: 'token',
  type: 'token',
} as const;

const defaultCount = 50;
const mostCount = 500;

type Narrowing = { -readonly [Key in keyof AuditQuestion]: AuditQuestion[Key] };

/**
 * @throws FhirFault 400 naming what is not supported
 */
export function auditSearch(parameters: URLSearchParams, lenient: boolean, pages: PageTokens): AuditSearch {
  const token = parameters.get('_page');
  if (token !== null) {
    const { query, after } = pages.read(token);
    const [recorded, seq] = after;
    if (typeof recorded !== 'number' || typeof seq !== 'number')
      throw invalidValue('_page', 'không hợp lệ', 'not a page link of this server');
    return { ...auditSearch(new URLSearchParams(query), lenient, pages), after: { recorded, seq } };
  }
  const question: Narrowing = {};
  let [count, total, countOnly] = [defaultCount, false, false];
  const ignored: string[] = [];
  for (const [name, value] of parameters) {
    if (name === '_count' && /^\d{1,9}$/.test(value)) count = Math.min(Number(value), mostCount);
    else if (name === '_total' && ['none', 'estimate', 'accurate'].includes(value)) total = value !== 'none';
    else if (name === '_summary' && ['count', 'false'].includes(value)) countOnly = value === 'count';
    else if (Object.hasOwn(auditParameters, name)) narrow(question, name as keyof typeof auditParameters, value);
    else if (name !== '_format' && name !== '_pretty') ignored.push(name);
  }
  if (ignored.length > 0 && !lenient) {
    const names = ignored.map((name) => name.slice(0, 100)).join(', ');
    throw new FhirFault(400, 'not-supported', {
      vi: `Không hỗ trợ tham số: ${names}.`,
      en: `Parameters not supported: ${names}.`,
    });
  }
  return { question, count, total, countOnly: countOnly || count === 0, ignored, query: parameters.toString() };
}

/** Parameters that are repeated must all hold; values by comma are alternatives. */
function narrow(question: Narrowing, name: keyof typeof auditParameters, value: string): void {
  const values = value.split(',').filter((one) => one !== '');
  if (values.length === 0) throw invalidValue(name, 'trống', 'empty');
  const codes = values.map((one) => tokenValue(name, one).code ?? '');
  // A reference to another type leads nowhere.
  const named = (type: string): string[] => values.map((one) => referenceId(name, one, type) ?? '');
  switch (name) {
    case '_id':
      question.seqs = both(question.seqs, codes.filter((code) => /^[1-9]\d{0,14}$/.test(code)).map(Number));
      return;
    case 'patient':
    case 'entity':
      question.residents = both(question.residents, named('Patient'));
      return;
    case 'agent':
      question.facilities = both(question.facilities, named('Organization'));
      return;
    case 'altid':
      question.holders = both(question.holders, codes);
      return;
    case 'action':
      question.actions = both(question.actions, codes);
      return;
    case 'outcome':
      question.outcomes = both(question.outcomes, codes.map(Number).filter(Number.isInteger));
      return;
    case 'subtype':
      question.interactions = both(question.interactions, codes.map(interactionOf));
      return;
    case 'type': {
      const [alerts, others] = [auditTypes.alert, auditTypes.rest].map(({ code }) => codes.some((one) => one === code));
      if (!alerts && !others) question.seqs = [];
      else if (!alerts || !others) question.emergencies = alerts === true;
      return;
    }
    case 'date':
      if (values.length > 1) throw invalidValue(name, 'chỉ nhận một giá trị', 'one value only');
      between(question, value);
      return;
    default:
      name satisfies never;
  }
}

/** The code by which the alert's subtype is shown stands for its interaction. */
const interactionOf = (code: string): string => (code === emergencyOverride.code ? breakGlass : code);

function both<Value>(known: readonly Value[] | undefined, values: readonly Value[]): readonly Value[] {
  return known ? known.filter((one) => values.includes(one)) : values;
}

/** An entry is of a moment: it is before, in or after the span of the value. */
function between(question: Narrowing, value: string): void {
  const { prefix, starts, ends } = instantValue('date', value);
  const from = { eq: starts, ge: starts, gt: ends, sa: ends }[prefix as string];
  const before = { eq: ends, le: ends, lt: starts, eb: starts }[prefix as string];
  if (from === undefined && before === undefined) throw invalidValue('date', 'không nhận ne', 'ne is not taken');
  if (from !== undefined) question.from = Math.max(from, question.from ?? from);
  if (before !== undefined) question.before = Math.min(before, question.before ?? before);
}
