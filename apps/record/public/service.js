/** The FHIR service and the session as the pages ask them. */
import { ticketFor } from './emergency.js';
import { chosenPurpose } from './purpose.js';

/** An answer that is not the one asked for. */
export class ServiceProblem extends Error {
  constructor(status, body) {
    super(`status ${status}`);
    this.status = status;
    this.body = body;
  }

  /** In the language of the page, from an OperationOutcome or a problem document. */
  text(language) {
    const [issue] = this.body?.issue ?? [];
    if (issue) return (language === 'en' ? issue.diagnostics : issue.details?.text) ?? '';
    const { title, detail } = (language === 'en' ? this.body?.en : this.body) ?? {};
    return [title, detail].filter(Boolean).join('. ');
  }
}

/** The server did not answer. */
export class LineProblem extends Error {}

async function ask(path, init = {}) {
  const answer = await unlessCutOff(fetch(path, init), init.signal);
  if (answer.status === 401) location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
  if (!answer.ok) throw new ServiceProblem(answer.status, await answer.json().catch(() => undefined));
  return answer.status === 204 ? undefined : unlessCutOff(answer.json(), init.signal);
}

/** @throws LineProblem when the line broke; whoever gave up waiting gets that as it is */
async function unlessCutOff(answer, signal) {
  try {
    return await answer;
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new LineProblem();
  }
}

/**
 * @param path under `/fhir/`
 * @param record id of the resident whose record is read: where it was opened in an emergency, the ticket goes along
 */
function askFhir(path, { record, headers, ...init } = {}) {
  const ticket = record === undefined ? undefined : ticketFor(record);
  return ask(`/fhir/${path}`, {
    ...init,
    headers: {
      accept: 'application/fhir+json',
      ...(chosenPurpose() && { 'purpose-of-use': chosenPurpose() }),
      ...(ticket && { 'break-glass': ticket }),
      ...headers,
    },
  });
}

export const session = () => ask('/session', { headers: { accept: 'application/json' } });
export const logOut = () => ask('/session', { method: 'DELETE' });

/** Numbers and names of people stand in the body: addresses are kept by proxies and browsers. */
export const findPatients = (criteria, signal) =>
  askFhir('Patient/_search', {
    method: 'POST',
    signal,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(criteria).toString(),
  });

/** A page of a record. @param query of the first page, or of the link that led here */
export const everything = (id, query, signal) =>
  askFhir(`Patient/${encodeURIComponent(id)}/$everything?${query}`, { record: id, signal });

/** Who read the record, newest first. */
export const readersOf = (id, query = new URLSearchParams({ patient: `Patient/${id}`, _count: '50' })) =>
  askFhir(`AuditEvent?${query}`);

/** The query of the next page; the address before it is that of the page, whatever the server thinks its own is. */
export function nextQuery({ link = [] }) {
  const next = link.find(({ relation }) => relation === 'next');
  return next && new URL(next.url, location.origin).search.slice(1);
}

/**
 * Opens a record in an emergency.
 * @param whose { patient } an id, or { identifier } a number
 */
export async function breakGlass({ patient, identifier }, reason) {
  const { parameter } = await askFhir('Patient/$break-glass', {
    method: 'POST',
    headers: { 'content-type': 'application/fhir+json' },
    body: JSON.stringify({
      resourceType: 'Parameters',
      parameter: [
        patient === undefined
          ? { name: 'identifier', valueIdentifier: { value: identifier } }
          : { name: 'patient', valueReference: { reference: `Patient/${patient}` } },
        { name: 'reason', valueString: reason },
      ],
    }),
  });
  const one = (name) => parameter.find((each) => each.name === name);
  return {
    ticket: one('ticket').valueString,
    patient: one('patient').valueReference.reference.split('/').at(-1),
    until: one('until').valueInstant,
  };
}
