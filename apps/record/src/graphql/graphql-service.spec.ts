import { describe, expect, it } from '@jest/globals';
import type { Bundle, Resource } from '@medplum/fhirtypes';
import { type Caller, scopesOf } from '#security/caller.js';
import type { ViewQueries } from '../record-queries.js';
import { PageTokens } from '../search/page-token.js';
import { type GraphqlLimits, usualLimits } from './graphql-limits.js';
import { GraphqlService } from './graphql-service.js';
import { RecordReading } from './record-reading.js';

const caller: Caller = { kind: 'clinician', actor: 'c', holder: 'c', scopes: new Set(scopesOf.clinician) };
const logged: unknown[] = [];
const logger = { error: (...said: unknown[]) => void logged.push(said) } as never;

/** Twenty patients, each with as many conditions as its number; counts what is asked of the record. */
class FewPatients {
  readonly searches: string[] = [];
  readonly reads: (readonly string[])[] = [];

  constructor(
    private readonly most = 500,
    private readonly wait: Promise<void> = Promise.resolve(),
  ) {}

  reading(limits: GraphqlLimits = usualLimits): RecordReading {
    const search = { bundle: (request: { query: string; searched: { type: string } }) => this.#bundle(request) };
    const reader = { readAll: (names: readonly string[]) => this.#readAll(names) };
    const asked = {
      caller,
      visibility: { kind: 'everybody' as const },
      base: 'http://x/fhir',
      pages: new PageTokens(new Uint8Array(32)),
    };
    return new RecordReading(
      { search, reader } as unknown as ViewQueries,
      { ...asked, shown: () => undefined },
      limits,
    );
  }

  async #bundle({ query, searched }: { query: string; searched: { type: string } }): Promise<Bundle> {
    await this.wait;
    this.searches.push(`${searched.type}?${query}`);
    const asked = new URLSearchParams(query);
    const numbers = (asked.get('patient') ?? '').split(',').map((name) => Number(name.slice('Patient/p'.length)));
    const all =
      searched.type === 'Patient' ? Array.from({ length: 20 }, (_, n) => patient(n + 1)) : numbers.flatMap(conditions);
    const count = Math.min(Number(asked.get('_count')), this.most);
    return {
      resourceType: 'Bundle',
      type: 'searchset',
      link: all.length > count ? [{ relation: 'next', url: 'http://x/fhir?_page=x' }] : [],
      entry: all.slice(0, count).map((resource) => ({ resource, search: { mode: 'match' } })),
    };
  }

  async #readAll(names: readonly string[]): Promise<ReadonlyMap<string, Resource>> {
    this.reads.push(names);
    return new Map(names.map((name) => [name, patient(Number(name.slice('Patient/p'.length)))]));
  }
}

const patient = (n: number): Resource => ({ resourceType: 'Patient', id: `p${n}` });
const conditions = (n: number): readonly Resource[] =>
  Array.from({ length: n }, (_, c) => ({
    resourceType: 'Condition' as const,
    id: `p${n}-c${c}`,
    subject: { reference: `Patient/p${n}` },
  }));

const query =
  '{ PatientList(_count: 20) { id ConditionList(_reference: "patient", _count: 5) { id subject { resource { id } } } } }';
interface Found {
  readonly PatientList: readonly { readonly id: string; readonly ConditionList: readonly { readonly id: string }[] }[];
}

/** Each has five at most, and its own. */
function expectOwn({ PatientList }: Found): void {
  expect(PatientList).toHaveLength(20);
  for (const [index, { id, ConditionList }] of PatientList.entries()) {
    expect(ConditionList).toHaveLength(Math.min(index + 1, 5));
    expect(ConditionList.every((condition) => condition.id.startsWith(`${id}-`))).toBe(true);
  }
}

describe('what refers to each of many resources', () => {
  it('is searched once, and what they refer to is read once', async () => {
    const record = new FewPatients();
    const { data } = await new GraphqlService(logger).run({ query, variables: {} }, record.reading());
    expectOwn(data as Found);
    expect(record.searches).toHaveLength(2);
    expect(record.reads).toEqual([Array.from({ length: 20 }, (_, n) => `Patient/p${n + 1}`)]);
  });

  it('is searched one by one where one page does not hold it all', async () => {
    const record = new FewPatients(100);
    const { data } = await new GraphqlService(logger).run({ query, variables: {} }, record.reading());
    expectOwn(data as Found);
    expect(record.searches).toHaveLength(22);
  });

  it('within so many searches', async () => {
    const limits = { ...usualLimits, searches: 10 };
    const { errors } = await new GraphqlService(logger, limits).run(
      { query, variables: {} },
      new FewPatients(100).reading(limits),
    );
    expect(JSON.stringify(errors)).toContain('too-costly');
  });
});

it('within a time', async () => {
  const service = new GraphqlService(logger, { ...usualLimits, milliseconds: 1 });
  const never = new FewPatients(500, new Promise(() => undefined));
  await expect(service.run({ query, variables: {} }, never.reading())).rejects.toMatchObject({ code: 'too-costly' });
});

it('says nothing of a fault of its own, which is logged', async () => {
  const broken = new FewPatients(500, Promise.reject(new Error('secret of the disk')));
  const { data, errors } = await new GraphqlService(logger).run({ query, variables: {} }, broken.reading());
  expect(data).toEqual({ PatientList: null });
  expect(JSON.stringify(errors)).not.toContain('secret');
  expect(JSON.stringify(errors)).toContain('exception');
  expect(logged).toHaveLength(1);
});
