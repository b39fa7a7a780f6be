import type { FastifyRequest } from 'fastify';
import type { Bundle, Meta, OperationOutcome, Resource } from '@medplum/fhirtypes';
import type { RefusedMessage } from './message-taking.js';
import type { SentBody } from '../http/sent-resource.js';
import { FhirFault } from '../http/fhir-fault.js';
import { subAnswer } from '../http/sub-requests.js';

const patienceMs = 30_000;

/** A create with `If-None-Exist`: made only where the search it names finds nothing. */
export class ConditionalCreate {
  readonly #condition: string;

  constructor(
    private readonly request: FastifyRequest,
    private readonly type: string,
    condition: string,
  ) {
    // Some clients send the whole address of the search.
    this.#condition = condition.replace(/^[^?]*\?/, '');
  }

  /**
   * The one resource that is there already; `undefined` when there is none.
   * @throws FhirFault 412 when several are, or what the search was refused for
   */
  async existing(): Promise<
    { readonly fullUrl: string; readonly resource: Resource; readonly meta?: Meta } | undefined
  > {
    const query = new URLSearchParams(this.#condition);
    if (query.size === 0) throw noCondition();
    query.set('_count', '2');
    const path = `/fhir/${this.type}?${query.toString()}`;
    const said = await subAnswer(this.request, { method: 'GET', path }, patienceMs);
    if (!said) throw notSearched();
    const { status, text } = said;
    const answer = JSON.parse(text) as Bundle | OperationOutcome;
    if (answer.resourceType === 'OperationOutcome') throw searchRefused(status, answer);
    const [found, another] = (answer.entry ?? []).filter(({ search }) => search?.mode === 'match');
    if (another) throw several();
    if (!found?.resource) return undefined;
    const { resource, fullUrl = '' } = found;
    return { fullUrl, resource, ...(resource.meta && { meta: resource.meta }) };
  }

  /** What intake is sent: it recognises people by their numbers, those that the sender may not see too. */
  message(sent: SentBody): Pick<SentBody, 'bytes' | 'format'> {
    if (this.type !== 'Patient') return sent;
    const request = { method: 'POST', url: this.type, ifNoneExist: this.#condition };
    const bundle = { resourceType: 'Bundle', type: 'transaction', entry: [{ resource: sent.resource, request }] };
    return { bytes: Buffer.from(JSON.stringify(bundle)), format: 'json' };
  }

  /** Its sender knows of no Bundle. */
  asAlone(refused: RefusedMessage): RefusedMessage {
    const text = JSON.stringify(refused.reasons).replaceAll('Bundle.entry[0].resource', this.type);
    return { ...refused, reasons: JSON.parse(text) as OperationOutcome };
  }
}

const noCondition = (): FhirFault =>
  new FhirFault(400, 'value', {
    vi: 'If-None-Exist không nêu tham số tìm kiếm nào.',
    en: 'If-None-Exist names no search parameter.',
  });

const notSearched = (): FhirFault =>
  new FhirFault(503, 'transient', {
    vi: 'Chưa tìm xong theo If-None-Exist; không có gì được ghi. Hãy gửi lại.',
    en: 'The search of If-None-Exist was not done in time; nothing was recorded. Please send it again.',
  });

const several = (): FhirFault =>
  new FhirFault(412, 'multiple-matches', {
    vi: 'If-None-Exist khớp với nhiều tài nguyên; không có gì được ghi.',
    en: 'If-None-Exist fits several resources; nothing was recorded.',
  });

function searchRefused(status: number, { issue }: OperationOutcome): FhirFault {
  const [first] = issue ?? [];
  return new FhirFault(status, 'invalid', {
    vi: `If-None-Exist: ${first?.details?.text ?? ''}`,
    en: `If-None-Exist: ${first?.diagnostics ?? ''}`,
  });
}
