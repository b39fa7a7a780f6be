import { describe, expect, it } from '@jest/globals';
import type { DomainEvent } from '#domain/domain-events.js';
import type { ResidentId } from '#domain/ids.js';
import type { RecordDocument } from '#fhir/documents.js';
import { at, day, EventLog, facility, paper, visitContent } from '../../test/recorded-events.js';
import { evolve, OutOfOrder } from './evolve.js';

const resident = '00000000-0000-8000-8000-000000000001' as ResidentId;
const after = (events: readonly DomainEvent[]): RecordDocument | undefined =>
  events.reduce<RecordDocument | undefined>((document, event) => evolve(document, event), undefined);
const recorded = (record: (log: EventLog) => void): readonly DomainEvent[] => {
  const log = new EventLog();
  record(log);
  return log.events as readonly unknown[] as readonly DomainEvent[];
};
const registered: DomainEvent = {
  type: 'ResidentRegistered',
  data: {
    resident,
    details: { name: 'Ma Văn Nam', sex: 'male' },
    identifiers: [],
    cards: [],
    registeredBy: facility('08Z11'),
    observedOn: day('2026-09-01'),
  },
};

describe('a resident', () => {
  it('is as the latest statement of each part says', () => {
    const identifier = { system: 'national-id', value: '008' } as const;
    const document = after([
      registered,
      { type: 'IdentifierRecorded', data: { resident, identifier } },
      { type: 'IdentifierRecorded', data: { resident, identifier } },
      { type: 'InsuranceCardRecorded', data: { resident, card: { number: 'HT1', validTo: day('2025-12-31') } } },
      { type: 'InsuranceCardRecorded', data: { resident, card: { number: 'HT1', validTo: day('2026-12-31') } } },
      { type: 'ResidentMoved', data: { resident, to: { communeCode: '02266' }, observedOn: day('2026-09-02') } },
      { type: 'HealthHistoryRecorded', data: { resident, history: {}, changed: [], observedOn: day('2026-10-28') } },
    ]);
    expect(document).toMatchObject({
      details: { name: 'Ma Văn Nam', residence: { communeCode: '02266' } },
      identifiers: [identifier],
      cards: [{ number: 'HT1', validTo: '2026-12-31' }],
      historyOn: '2026-10-28',
    });
  });

  it('cannot be changed before being registered', () => {
    expect(() => after([{ type: 'ResidentMoved', data: { resident, to: {}, observedOn: day('2026-09-02') } }])).toThrow(
      OutOfOrder,
    );
  });
});

describe('a visit', () => {
  it('is the whole of its latest version, and gone after a retraction', () => {
    const [first, second] = recorded((log) => {
      log.visit(
        resident,
        visitContent('08Z11', 'E1', '2026-09-05', { reason: 'Ho', otherTables: { XML6: [{ A: 'x' }] } }),
      );
      log.visit(resident, visitContent('08Z11', 'E1', '2026-09-05', { reason: 'Sốt' }), 'VisitAmended');
    });
    if (!first || !second) throw new Error('two events were recorded');
    expect(after([first])).toMatchObject({ visit: { reason: 'Ho' } });
    expect(JSON.stringify(after([first]))).not.toContain('XML6');
    expect(after([first, second])).toMatchObject({ visit: { reason: 'Sốt' } });
    const retracted: DomainEvent = {
      type: 'VisitRetracted',
      data: { resident, facility: '08Z11', episode: 'E1', reason: 'x' },
    };
    expect(after([first, retracted])).toBeUndefined();
    expect(after([first, retracted, first])).toMatchObject({ visit: { reason: 'Ho' } });
  });
});

describe('a referral', () => {
  it('keeps why each step was taken, and whose it is now', () => {
    const events = recorded((log) => {
      const referral = log.referral(resident, paper('08Z11', '08Z01', 'CT-1', '2026-10-11'));
      const step = { referral, resident, at: at('2026-10-12'), by: facility('08Z01') };
      log.step({ type: 'ReferralReceived', data: step });
      log.step({ type: 'ReferralRedirected', data: { ...step, to: facility('08Z00'), reason: 'Hết giường' } });
    });
    expect(after(events)).toMatchObject({
      state: { status: 'redirected', to: '08Z00', addressees: ['08Z01', '08Z00'] },
      notes: [{ status: 'redirected', by: '08Z01', text: 'Hết giường' }],
      at: '2026-10-12',
    });
  });

  it('may begin with the arrival of the patient: the paper can be late', () => {
    const [arrived] = recorded((log) => {
      const referral = { from: facility('08Z11'), number: paper('08Z11', '08Z01', 'CT-1', '2026-10-11').number };
      log.step({
        type: 'PatientArrived',
        data: { referral, resident, at: at('2026-10-14'), by: facility('08Z01'), late: false },
      });
    });
    if (!arrived) throw new Error('an event was recorded');
    expect(after([arrived])).toMatchObject({ state: { status: 'arrived', to: '08Z01' } });
  });
});
