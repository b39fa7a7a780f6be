import type { AuditEvent, Bundle } from '@medplum/fhirtypes';
import type { FacilityRegister } from '#domain/facilities/facility-register.js';
import type { ReadDatabase } from '#projections/projection.js';
import type { AuditReader, AuditQuestion } from '#security/audit/audit-reader.js';
import type { Caller } from '#security/caller.js';
import { FhirFault, issue, notFound, outcome } from '../http/fhir-fault.js';
import type { PageTokens } from '../search/page-token.js';
import { type AuditView, auditEventOf } from './audit-event.js';
import type { AuditSearch } from './audit-search.js';

/** What part of the trail a caller sees, and how. */
interface AuditShare {
  readonly narrowing: AuditQuestion;
  readonly view: AuditView;
}

/** Serves the audit trail: to a resident what concerns the own record, to a facility what its own people did, to an operator all. */
export class AuditEvents {
  readonly #context = { facilityName: (code: string): string | undefined => this.facilities.get(code)?.name };

  constructor(
    private readonly reader: AuditReader,
    /** The view of the health record: knows whose records were joined. */
    private readonly record: ReadDatabase,
    private readonly facilities: FacilityRegister,
    private readonly pages: PageTokens,
  ) {}

  /** @throws FhirFault 404 when there is none or it is not the caller's to see */
  async read(id: string, caller: Caller): Promise<AuditEvent> {
    const { narrowing, view } = await this.#shareOf(caller);
    const seq = /^[1-9]\d{0,14}$/.test(id) ? Number(id) : 0;
    const [found] = (await this.reader.page({ ...narrowing, seqs: [seq] }, 1)).found;
    if (!found) throw notFound();
    return auditEventOf(found, view, this.#context);
  }

  /** @param base URL of the FHIR service, without a slash at the end */
  async bundle(search: AuditSearch, caller: Caller, base: string): Promise<Bundle> {
    const { narrowing, view } = await this.#shareOf(caller);
    const question = withinShare(search.question, narrowing);
    const self = {
      relation: 'self',
      url: `${base}/AuditEvent${search.query === '' ? '' : `?${search.query}`}`,
    } as const;
    const common = { resourceType: 'Bundle', type: 'searchset' } as const;
    if (search.countOnly) return { ...common, total: await this.#count(question), link: [self] };
    const { found, next } = await this.reader.page(question, search.count, search.after);
    const total = search.total ? await this.#count(question) : undefined;
    const more = next && this.pages.write(search.query, [next.recorded, next.seq]);
    return {
      ...common,
      ...(total !== undefined && { total }),
      link: [
        self,
        ...(more === undefined ? [] : [{ relation: 'next', url: `${base}/AuditEvent?_page=${more}` } as const]),
      ],
      entry: [
        ...found.map((one) => ({
          fullUrl: `${base}/AuditEvent/${one.seq}`,
          resource: auditEventOf(one, view, this.#context),
          search: { mode: 'match' as const },
        })),
        ...ignoredNotice(search.ignored),
      ],
    };
  }

  async #count(question: AuditQuestion): Promise<number> {
    const total = await this.reader.count(question);
    if (total !== undefined) return total;
    throw new FhirFault(400, 'too-costly', {
      vi: 'Đếm kết quả này phải xét quá nhiều dòng; hãy thu hẹp, ví dụ bằng date.',
      en: 'Counting this would look at too many rows; narrow the search, for example by date.',
    });
  }

  /** @throws FhirFault 403 for callers who have no part in it */
  async #shareOf({ kind, facility, resident }: Caller): Promise<AuditShare> {
    if (kind === 'operator') return { narrowing: {}, view: { kind: 'whole' } };
    if (resident !== undefined) {
      const own = await this.#joinedWith(resident);
      return { narrowing: { residents: own }, view: { kind: 'resident', own: new Set(own) } };
    }
    if (facility !== undefined) return { narrowing: { facilities: [facility] }, view: { kind: 'whole' } };
    throw new FhirFault(403, 'forbidden', {
      vi: 'Tài khoản này không được xem nhật ký truy cập.',
      en: 'This caller may not see who read what.',
    });
  }

  /** A person's records may have been joined: what was shown of one was shown of the person. */
  async #joinedWith(resident: string): Promise<readonly string[]> {
    const rows = await this.record.query<{ readonly id: string }>(
      `select d.id as id from document d
       where d.kind = 'resident' and d.resident = (select o.resident from document o where o.id = ?)`,
      [resident],
    );
    return [...new Set([resident, ...rows.map(({ id }) => id)])];
  }
}

function withinShare(asked: AuditQuestion, share: AuditQuestion): AuditQuestion {
  const { residents, facilities } = share;
  return {
    ...asked,
    ...(residents && { residents: asked.residents?.filter((one) => residents.includes(one)) ?? residents }),
    ...(facilities && { facilities: asked.facilities?.filter((one) => facilities.includes(one)) ?? facilities }),
  };
}

function ignoredNotice(ignored: readonly string[]): NonNullable<Bundle['entry']> {
  if (ignored.length === 0) return [];
  const names = ignored.map((name) => name.slice(0, 100)).join(', ');
  const text = { vi: `Đã bỏ qua tham số: ${names}.`, en: `Parameters ignored: ${names}.` };
  return [{ resource: outcome([issue('warning', 'not-supported', text)]), search: { mode: 'outcome' } }];
}
