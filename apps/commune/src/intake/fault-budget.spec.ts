import { expect, it } from '@jest/globals';
import type { Fault } from '#station-formats/station-message.js';
import { faultBudget } from './fault-budget.js';
import type { ReceiptRecord } from './receipt.js';

const fault = (severity: Fault['severity']): Fault => ({
  path: 'XML1/A',
  code: severity,
  severity,
  text: { vi: 'x', en: 'x' },
});
const record = (...faults: readonly Fault[]): ReceiptRecord => ({
  kind: 'visit',
  episode: 'E1',
  outcome: 'recorded',
  resident: null,
  faults,
});

it('tells every fault while there are few, and of later records the errors, and that there is more', () => {
  const within = faultBudget(3);
  const first = record(fault('warning'), fault('information'));
  expect(within(first)).toBe(first);
  expect(within(record(fault('warning'), fault('error'))).faults.map(({ code }) => code)).toEqual([
    'error',
    'more-faults',
  ]);
  const last = record(fault('warning'));
  expect(within(last)).toBe(last);
  expect(within(record(fault('warning'))).faults.map(({ code }) => code)).toEqual(['more-faults']);
  expect(within(record()).faults).toEqual([]);
});
