import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { FacilityCode } from '#domain/ids.js';
import { openIntake, type IntakeHarness } from './intake-harness.js';

const folder = new URL('../../../../docs/integrators/examples/', import.meta.url);

/** Who sends each example of the guide for integrators, and what becomes of it. */
const senders: Readonly<Record<string, string>> = {
  'complete-screening.json': '08Z20',
  'health-record.qd831.xml': '08Z18',
  'issue-referral.json': '08Z20',
  'record-visit.json': '08Z20',
  'screening-day.csv': '08Z20',
  'visit-with-transfer.qd4750.xml': '08Z13',
  'visit.fhir.json': '08Z13',
};

const types: Readonly<Record<string, string>> = {
  '.json': 'application/json',
  '.xml': 'application/xml',
  '.csv': 'text/csv; charset=utf-8',
};

let harness: IntakeHarness;
beforeEach(async () => {
  harness = await openIntake();
});
afterEach(() => harness.close());

describe('the examples for integrators', () => {
  it('are all sent here', () => {
    expect(readdirSync(folder).toSorted()).toEqual(Object.keys(senders).toSorted());
  });

  it.each(Object.entries(senders))('%s is taken', async (name, sender) => {
    const contentType = name.endsWith('.fhir.json') ? 'application/fhir+json' : (types[extname(name)] ?? '');
    const answer = await harness.post(sender as FacilityCode, readFileSync(new URL(name, folder)), { contentType });
    expect(answer).toMatchObject({ outcome: 'taken' });
    if (!('receipt' in answer)) return;
    const outcomes = answer.receipt.records.map((record) => record.outcome);
    expect(outcomes).not.toContain('refused');
    expect(
      answer.receipt.records.flatMap((record) => record.faults.filter((fault) => fault.severity === 'error')),
    ).toEqual([]);
  });
});
