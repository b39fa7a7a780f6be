import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Browser, Route } from 'playwright-core';
import { accessibilityFaults, describeInBrowser, openBrowser } from '#deploy/local/src/test-browser.js';
import { hl7Examples } from '#fhir/testing/hl7-examples.js';
import { type FhirServer, startFhirServer } from '../fhir-server.js';
import { exampleRecord } from './example-record.js';
import { desktop, enter, fitsItsWidth, openRecord, phone } from './record-browser.js';

type Json = Readonly<Record<string, unknown>>;
const part = async (name: string): Promise<unknown> => import(new URL(`../../public/${name}.js`, import.meta.url).href);

const { shownTypes } = (await part('shown-types')) as { readonly shownTypes: readonly string[] };
const { recordContent } = (await part('record-content')) as {
  readonly recordContent: (
    resources: readonly unknown[],
    id: string,
    now: number,
    number: (value: number) => string,
  ) => Json;
};
const { stopsOf } = (await part('knowledge')) as { readonly stopsOf: (provenances: readonly unknown[]) => unknown };
const now = Date.parse('2026-11-22T12:00:00+07:00');

/** What others send is served as it was sent: it may say more, less, and otherwise than our own resources. */
const examples = [...shownTypes, 'Provenance']
  .flatMap((type) => hl7Examples(type))
  .map(({ resource }) => resource as unknown);

describe('resources of others', () => {
  it('are read without a fault, whatever they leave out', () => {
    expect(examples.length).toBeGreaterThan(150);
    const all = recordContent(examples, 'example', now, String);
    expect(JSON.stringify(all)).not.toMatch(/\[object|undefined|NaN/);
    fc.assert(
      fc.property(fc.constantFrom(...examples), fc.infiniteStream(fc.nat(9)), (example, dice) => {
        const less = without(example, () => dice.next().value === 0);
        expect(recordContent([less], 'example', now, String)).toHaveProperty('timeline');
        stopsOf([less]);
      }),
      { numRuns: 2_000 },
    );
  });
});

/** The same with some elements left out; what says its type stays. */
function without(value: unknown, leaveOut: () => boolean): unknown {
  if (Array.isArray(value)) return value.flatMap((one) => (leaveOut() ? [] : [without(one, leaveOut)]));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) =>
      name !== 'resourceType' && leaveOut() ? [] : [[name, without(inner, leaveOut)]],
    ),
  );
}

describeInBrowser('resources of others on the page', () => {
  let browser: Browser;
  let server: FhirServer;
  const { events, hoa } = exampleRecord();

  beforeAll(async () => {
    [browser, server] = await Promise.all([openBrowser(), startFhirServer(events)]);
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  it.each([
    ['at a desk', desktop],
    ['on a phone', phone],
  ])('are shown in words and fit the page %s', async (_, size) => {
    const { page, complaints, close } = await enter(browser, server, { kind: 'clinician' }, size);
    const body = JSON.stringify({
      resourceType: 'Bundle',
      type: 'searchset',
      entry: examples.map((resource) => ({ resource: { ...(resource as Json), ...renamed(resource as Json, hoa) } })),
    });
    await page.route('**/fhir/Patient/*/$everything*', (route: Route) =>
      route.fulfill({ contentType: 'application/fhir+json', body }),
    );
    await openRecord(page, server, hoa);
    await page.evaluate("for (const one of document.querySelectorAll('button.more')) one.click()");
    await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");
    const shown = await page.innerText('body');
    expect(shown).toContain('Chalmers Peter James');
    expect(shown).not.toMatch(/\[object|undefined|NaN|Invalid Date/);
    expect(await fitsItsWidth(page)).toBe(true);
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await close();
  });
});

/** HL7's Peter Chalmers is whose record is asked for. */
const renamed = ({ resourceType, id }: Json, own: string): Json =>
  resourceType === 'Patient' && id === 'example' ? { id: own } : {};
