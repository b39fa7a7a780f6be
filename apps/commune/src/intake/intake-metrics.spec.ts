import { expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import type { FacilityCode } from '#domain/ids.js';
import { countAnswers } from './intake-metrics.js';
import type { Receipt, ReceiptRecord } from './receipt.js';

const recordOf = (outcome: ReceiptRecord['outcome']): ReceiptRecord => ({
  kind: 'visit',
  episode: 'EPISODE-OF-SOMEBODY',
  outcome,
  resident: null,
  faults: [],
});
const receipt: Receipt = {
  id: '08Z11-0',
  status: 'accepted',
  format: 'json-command',
  facility: '08Z11' as FacilityCode,
  receivedAt: '2026-10-05T01:30:00Z',
  digest: '0',
  records: [recordOf('recorded'), recordOf('refused')],
  faults: [],
};

it('answers are counted by status and format, records once, and nothing tells of a person or a facility', async () => {
  const metrics = new Registry();
  const told = countAnswers(metrics);
  told({ outcome: 'taken', receipt });
  told({ outcome: 'duplicate', receipt });
  told({ outcome: 'refused', receipt: { ...receipt, status: 'refused', records: [] }, httpStatus: 422 });
  told({ outcome: 'key-reused' });
  const text = await metrics.metrics();
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  expect(lines.toSorted()).toEqual([
    'intake_messages_total{status="accepted",format="json-command"} 1',
    'intake_messages_total{status="duplicate",format="json-command"} 1',
    'intake_messages_total{status="key-reused",format="unread"} 1',
    'intake_messages_total{status="refused",format="json-command"} 1',
    'intake_records_total{kind="visit",outcome="recorded"} 1',
    'intake_records_total{kind="visit",outcome="refused"} 1',
  ]);
  expect(text).not.toMatch(/EPISODE|08Z11/);
});
