import { describe, expect, it } from '@jest/globals';
import type { DomainEvent } from '#domain/domain-events.js';
import type { RecordedEvent, StreamName } from '#event-store/event-store.js';
import { MessageNotOfSchema } from '../schema-check.js';
import { healthFacts } from './health-facts-topic.js';
import { pseudonymsBy } from './pseudonyms.js';

const key = new Uint8Array(32).fill(1);
const topic = healthFacts({ pseudonyms: pseudonymsBy(key) });
const resident = '0192f5f0-0000-7000-8000-000000000001';

const recorded = (type: string, data: unknown, stream = 'visit-08Z11.1'): RecordedEvent => ({
  id: '0192f5f0-0000-7000-8000-00000000000a',
  type,
  data,
  metadata: { occurredAt: '2026-10-01T01:00:00Z', subject: resident },
  schemaVersion: 1,
  stream: stream as StreamName,
  revision: 3,
  position: 42,
  recordedAt: '2026-10-01T02:00:00.000Z',
});

const visit = {
  facility: '08Z11',
  episode: '08Z11.202610.00001',
  start: '2026-10-01T08:00:00+07:00',
  careType: '01',
  insured: true,
  cards: [{ number: 'HT3080893169241' }],
  residence: { text: 'Thôn Nà Mèn', provinceCode: '08', communeCode: '02266', villageCode: '0226601' },
  reason: 'đau đầu',
  dischargeDiagnosis: 'Tăng huyết áp của ông Bình',
  diagnoses: [
    { code: 'I10', display: 'Tăng huyết áp của ông Bình', role: 'main' },
    { code: 'not a code', role: 'comorbidity' },
  ],
  vitals: { systolic: 128, diastolic: 78, weight: 60 },
  medications: [{ code: '40.1', display: 'Amlodipin' }],
  services: [],
  results: [
    { name: 'Glucose máu lúc đói', value: '126', unit: 'mg/dL' },
    { name: 'Glucose niệu', value: '1', unit: 'mmol/L' },
    { name: 'HbA1c', value: '6,8', unit: '%' },
    { name: 'Ghi chú', value: 'gặp lại ông Bình' },
  ],
  notes: [{ text: 'ông Bình đã đỡ', kind: 'course' }],
};

describe('health-facts.v1', () => {
  it('carries codes, dates and measures of a visit under pseudonyms, and nothing else', () => {
    const message = topic.messageOf(recorded('VisitRecorded', { resident, source: 'insurance-claim', visit }));
    expect(message?.key).toBe('02266');
    expect(message?.envelope).toMatchObject({
      specversion: '1.0',
      type: 'vn.lien-tuyen.health-facts.v1.encounter',
      source: '/events/visit',
      partitionkey: '02266',
      sequence: '42',
    });
    expect(message?.envelope.data).toEqual({
      kind: 'encounter',
      encounter: expect.stringMatching(/^[\w-]{22}$/),
      revision: 3,
      form: 'visit',
      resident: expect.stringMatching(/^[\w-]{22}$/),
      facility: '08Z11',
      at: '2026-10-01T08:00:00+07:00',
      insured: true,
      careType: '01',
      diagnoses: [{ code: 'I10', role: 'main' }],
      systolic: 128,
      diastolic: 78,
      glucose: 7,
      hba1c: 6.8,
      residence: { provinceCode: '08', communeCode: '02266' },
    });
    const sent = JSON.stringify(message);
    for (const secret of [resident, 'Bình', 'Nà Mèn', '0226601', '3169241', '202610.00001', 'Amlodipin', 'đau đầu']) {
      expect(sent).not.toContain(secret);
    }
  });

  it('gives a resident the year of birth and the sex, never the name or a number', () => {
    const message = topic.messageOf(
      recorded(
        'ResidentRegistered',
        {
          resident,
          details: { name: 'Chẩu Văn Bình', sex: 'male', birthDate: '1951-08-02', phone: '0930280156' },
          identifiers: [{ system: 'national-id', value: '008051828479' }],
          cards: [],
          registeredBy: '08Z11',
          observedOn: '2026-09-05',
        },
        `resident-${resident}`,
      ),
    );
    expect(message?.envelope.data).toEqual({
      kind: 'resident-registered',
      resident: expect.any(String),
      on: '2026-09-05',
      facility: '08Z11',
      sex: 'male',
      birthYear: 1951,
    });
  });

  it('knows the same person again, under this key alone, and only as a person', () => {
    const pseudonyms = pseudonymsBy(key);
    expect(pseudonyms('resident', resident)).toBe(pseudonymsBy(key)('resident', resident));
    expect(pseudonyms('resident', resident)).not.toBe(pseudonymsBy(new Uint8Array(32))('resident', resident));
    expect(pseudonyms('resident', resident)).not.toBe(pseudonyms('encounter', resident));
    expect(() => pseudonymsBy(new Uint8Array(31))).toThrow(RangeError);
  });

  it('has no message for what statistics do not count', () => {
    const data = { resident, identifier: { system: 'passport', value: 'B1234567' } };
    expect(topic.messageOf(recorded('IdentifierRecorded', data, `resident-${resident}`))).toBeUndefined();
    const other: DomainEvent['type'] | 'SomethingNew' = 'SomethingNew';
    expect(topic.messageOf(recorded(other, {}))).toBeUndefined();
  });

  it('refuses what the schema does not name, without telling its value', () => {
    const fact = { kind: 'encounter-retracted', encounter: 'a'.repeat(22), revision: 1, resident: 'b'.repeat(22) };
    expect(topic.check(fact)).toBe(fact);
    const leaking = () => topic.check({ ...fact, name: 'Chẩu Văn Bình' });
    expect(leaking).toThrow(MessageNotOfSchema);
    expect(leaking).toThrow(/^(?!.*Bình)/);
  });
});
