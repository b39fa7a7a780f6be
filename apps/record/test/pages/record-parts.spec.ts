import { describe, expect, it } from '@jest/globals';
import {
  atTargetOfQd5904,
  glucoseAtTarget,
  hba1cAtTarget,
  olderFromAge,
} from '#domain/indicators/clinical-definitions.js';
import { laboratoryValues } from '#domain/indicators/laboratory-values.js';
import fc from 'fast-check';

/** Modules for browsers have no types of their own: what is asked of them is written here. */
const part = async <Module>(name: string): Promise<Module> =>
  (await import(new URL(`../../public/${name}.js`, import.meta.url).href)) as Module;

interface Point {
  readonly at: string;
  readonly value: number;
  readonly taken?: string;
}

const moments = await part<{
  readonly epochOf: (text: string) => number;
  readonly showMoment: (text: string) => string;
  readonly showExactly: (text: string) => string;
  readonly toField: (text: string) => string;
  readonly fromField: (value: string) => string;
  readonly isMoment: (text: string) => boolean;
}>('moments');
const scale = await part<{
  readonly valueTicks: (smallest: number, largest: number) => readonly number[];
  readonly timeSpan: (epochs: readonly number[]) => { readonly from: number; readonly to: number };
  readonly timeTicks: (
    span: { readonly from: number; readonly to: number },
    most: number,
  ) => readonly { readonly epoch: number; readonly text: string }[];
  readonly linear: (from: readonly [number, number], to: readonly [number, number]) => (value: number) => number;
}>('chart-scale');
const person = await part<{
  readonly ageAt: (birthDate: string | undefined, epoch: number) => unknown;
  readonly masked: (number: string) => string;
  readonly numbersOf: (patient: object) => readonly object[];
  readonly personIn: (resources: readonly object[], id: string) => { readonly id: string } | undefined;
}>('person');
const search = await part<{
  readonly birthDateIn: (text: string) => string | undefined;
  readonly criteriaOf: (fields: { number: string; name: string; birthDate: string }) => object;
}>('search-criteria');
const knowledge = await part<{
  readonly stopsOf: (
    provenances: readonly object[],
  ) => readonly { readonly at: string; readonly events: readonly string[] }[];
  readonly stopAt: (stops: readonly { readonly at: string }[], moment: string | undefined) => number;
}>('knowledge');
const measurements = await part<{
  readonly glucoseValues: (resources: readonly object[]) => readonly Point[];
  readonly hba1cValues: (resources: readonly object[]) => readonly Point[];
  readonly bloodPressures: (resources: readonly object[]) => readonly object[];
}>('measurements');
interface Targets {
  readonly bloodPressure?: { readonly systolic: number; readonly diastolic: number };
  readonly glucose?: { readonly from: number; readonly to: number };
  readonly hba1c?: { readonly below: number };
}
const { targetsOf } = await part<{
  readonly targetsOf: (birthDate: string | undefined, year: number, diabetes: boolean) => Targets;
}>('targets');
const { problemsOf } = await part<{
  readonly problemsOf: (
    resources: readonly object[],
    encounters: ReadonlyMap<string, object>,
    now: number,
  ) => Readonly<Record<'active' | 'past' | 'refuted', readonly { readonly words: string; readonly times: number }[]>>;
}>('problems');
const { medicinesOf } = await part<{
  readonly medicinesOf: (
    resources: readonly object[],
    encounters: ReadonlyMap<string, object>,
    now: number,
  ) => Readonly<Record<'current' | 'past', readonly { readonly name: string; readonly times: number }[]>>;
}>('medicines');

const now = Date.parse('2026-11-22T12:00:00+07:00');

describe('moments', () => {
  it('are shown by the clock of Vietnam, whatever zone they were written in', () => {
    expect(moments.showMoment('2026-11-21T18:30:00.123Z')).toBe('22/11/2026 01:30');
    expect(moments.showMoment('2026-11-22T08:30:00+07:00')).toBe('22/11/2026 08:30');
    expect(['2026-11-22', '2026-11', '2026'].map(moments.showMoment)).toEqual(['22/11/2026', '11/2026', '2026']);
    expect(moments.showExactly('2026-11-21T18:30:05.123Z')).toBe('22/11/2026 01:30:05');
    expect(moments.showExactly('2026-11-21')).toBe('21/11/2026');
    expect(moments.epochOf('2026-11-22')).toBe(Date.parse('2026-11-21T17:00:00Z'));
    expect(moments.epochOf('2026')).toBe(Date.parse('2025-12-31T17:00:00Z'));
  });

  it('go into a field and back without leaving their minute', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), (epoch) => {
        const written = new Date(epoch).toISOString();
        const back = moments.epochOf(moments.fromField(moments.toField(written)));
        expect(Math.floor(back / 60_000)).toBe(Math.floor(epoch / 60_000));
      }),
    );
  });

  it('are days and instants, nothing else', () => {
    for (const text of ['2026-11-22', '2026-11-22T08:30', '2026-11-22T08:30:00+07:00', '2026-11-22T01:30:00.5Z'])
      expect([text, moments.isMoment(text)]).toEqual([text, true]);
    for (const text of ['', '2026', '22/11/2026', '2026-13-41', '2026-11-22T99:00', 'now', '<b>'])
      expect([text, moments.isMoment(text)]).toEqual([text, false]);
  });
});

describe('the scale of a chart', () => {
  const value = fc.double({ min: 0.1, max: 400, noNaN: true });

  it('has few round ticks that hold every value', () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        const [smallest, largest] = [Math.min(a, b), Math.max(a, b)];
        const ticks = scale.valueTicks(smallest, largest);
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(8);
        expect(ticks[0]).toBeLessThanOrEqual(smallest);
        expect(ticks.at(-1)).toBeGreaterThanOrEqual(largest);
        expect(ticks.every((tick) => String(tick).length <= 6)).toBe(true);
      }),
    );
  });

  it('writes no more dates than there is room for, in order, within the chart', () => {
    const epoch = fc.integer({ min: Date.parse('1990-01-01'), max: Date.parse('2040-01-01') });
    fc.assert(
      fc.property(fc.array(epoch, { minLength: 1, maxLength: 20 }), fc.integer({ min: 2, max: 12 }), (epochs, most) => {
        const span = scale.timeSpan(epochs);
        expect(span.from).toBeLessThan(Math.min(...epochs));
        expect(span.to).toBeGreaterThan(Math.max(...epochs));
        const ticks = scale.timeTicks(span, most);
        expect(ticks.length).toBeLessThanOrEqual(most + 1);
        expect(ticks.every(({ epoch: at }) => at >= span.from && at <= span.to)).toBe(true);
        expect(ticks.map(({ epoch: at }) => at)).toEqual(ticks.map(({ epoch: at }) => at).toSorted((a, b) => a - b));
      }),
    );
  });

  it('names months and years where the first of them is', () => {
    const span = { from: Date.parse('2026-01-15T00:00:00+07:00'), to: Date.parse('2026-06-20T00:00:00+07:00') };
    expect(scale.timeTicks(span, 6).map(({ text }) => text)).toEqual([
      '02/2026',
      '03/2026',
      '04/2026',
      '05/2026',
      '06/2026',
    ]);
    const years = { from: Date.parse('2019-03-01T00:00:00Z'), to: Date.parse('2026-03-01T00:00:00Z') };
    expect(scale.timeTicks(years, 8).map(({ text }) => text)).toEqual([
      '2020',
      '2021',
      '2022',
      '2023',
      '2024',
      '2025',
      '2026',
    ]);
  });

  it('puts higher values higher', () => {
    const y = scale.linear([100, 200], [180, 20]);
    expect([100, 150, 200].map(y)).toEqual([180, 100, 20]);
  });
});

describe('a person', () => {
  it('is as old as the calendar says, in months while small', () => {
    expect(person.ageAt('1961-11-23', now)).toEqual({ years: 64, about: false });
    expect(person.ageAt('1961-11-22', now)).toEqual({ years: 65, about: false });
    expect(person.ageAt('1961', now)).toEqual({ years: 65, about: true });
    expect(person.ageAt('1961-05', now)).toEqual({ years: 65, about: true });
    expect(person.ageAt('2025-10-23', now)).toEqual({ years: 1, months: 12, about: false });
    expect(person.ageAt(undefined, now)).toBeUndefined();
  });

  it('is never told by a number’s middle', () => {
    expect(person.masked('008161000017')).toBe('008•••••0017');
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Z0-9]{7,20}$/), (number) => {
        const shown = person.masked(number);
        expect(shown).toMatch(/^.{3}•{3,}.{2,4}$/);
        expect(shown.replaceAll('•', '').length).toBeLessThan(number.length);
      }),
    );
  });

  it('has the numbers that cards bear, not those that facilities gave', () => {
    const patient = {
      identifier: [
        { system: 'http://fhir.ehealth.gov.vn/core/sid/national_id', value: '008161000017' },
        { system: 'http://fhir.ehealth.gov.vn/core/sid/patient-internal-id', value: 'R0007' },
        {
          system: 'http://fhir.ehealth.gov.vn/core/sid/insurance_number',
          value: 'DN4080816100017',
          type: { coding: [{ code: 'HC' }] },
          period: { end: '2026-12-31' },
        },
      ],
    };
    expect(person.numbersOf(patient)).toEqual([
      { kind: 'national-id', value: '008161000017' },
      { kind: 'insurance-card', value: 'DN4080816100017', until: '2026-12-31' },
    ]);
  });

  it('is the one whose record goes on where two were joined', () => {
    const joined = {
      resourceType: 'Patient',
      id: 'a',
      link: [{ type: 'replaced-by', other: { reference: 'Patient/b' } }],
    };
    const survivor = {
      resourceType: 'Patient',
      id: 'b',
      link: [{ type: 'replaces', other: { reference: 'Patient/a' } }],
    };
    expect(person.personIn([joined, survivor], 'a')?.id).toBe('b');
    expect(person.personIn([joined, survivor], 'b')?.id).toBe('b');
    expect(person.personIn([joined], 'a')?.id).toBe('a');
    expect(person.personIn([], 'a')).toBeUndefined();
  });
});

describe('what is searched by', () => {
  it.each([
    ['11/05/1961', '1961-05-11'],
    ['1.5.1961', '1961-05-01'],
    ['5/1961', '1961-05'],
    ['1961', '1961'],
    ['1961-05-11', '1961-05-11'],
    ['31/02/1961', undefined],
    ['1961-13', undefined],
    ['11/05/61', undefined],
    ['abc', undefined],
    ['', undefined],
  ])('is the birth date %j', (text, date) => expect(search.birthDateIn(text)).toBe(date));

  it('is a number without its spaces, else name and birth date; separators of FHIR are none', () => {
    expect(search.criteriaOf({ number: ' dn 4.080 816 ', name: 'x', birthDate: '' })).toEqual({
      criteria: { identifier: 'DN4080816', _count: '20' },
    });
    expect(search.criteriaOf({ number: 'urn:x|1,2', name: '', birthDate: '' })).toEqual({
      criteria: { identifier: String.raw`URN:X\|1\,2`, _count: '20' },
    });
    expect(search.criteriaOf({ number: '', name: ' nong  thi ', birthDate: '1961' })).toEqual({
      criteria: { name: 'nong thi', birthdate: '1961', _count: '20' },
    });
    expect(search.criteriaOf({ number: '', name: '', birthDate: '1961' })).toEqual({ fault: 'nothing-asked' });
    expect(search.criteriaOf({ number: '', name: 'nong', birthDate: '99' })).toEqual({ fault: 'no-date' });
  });
});

describe('the stops of the slider', () => {
  const told = (recorded: string, valueCode: string, digest?: string): object => ({
    recorded,
    extension: [{ url: 'urn:lien-tuyen:extension:event-type', valueCode }],
    agent: [{ who: { display: 'Trạm' } }],
    ...(digest && { entity: [{ role: 'source', what: { identifier: { value: digest } } }] }),
  });
  const stops = knowledge.stopsOf([
    told('2026-10-02T01:00:00.500Z', 'VisitRecorded', 'b'),
    told('2026-10-01T01:00:10.000Z', 'ResidentRegistered', 'a'),
    told('2026-10-01T01:00:10.100Z', 'VisitRecorded', 'a'),
    told('2026-10-01T01:00:10.200Z', 'VisitRecorded', 'a'),
    told('2026-10-02T01:00:00.700Z', 'ReferralExpired'),
    told('2026-10-02T01:00:00.700Z', 'ReferralClosed'),
  ]);

  it('are what one message, or one instant, told, oldest first', () => {
    expect(stops).toEqual([
      { at: '2026-10-01T01:00:10.200Z', events: ['ResidentRegistered', 'VisitRecorded'], places: ['Trạm'] },
      { at: '2026-10-02T01:00:00.500Z', events: ['VisitRecorded'], places: ['Trạm'] },
      { at: '2026-10-02T01:00:00.700Z', events: ['ReferralExpired', 'ReferralClosed'], places: ['Trạm'] },
    ]);
    expect(knowledge.stopsOf([])).toEqual([]);
  });

  it('are where a moment falls: at the last one before it; a day counts to its end', () => {
    expect(knowledge.stopAt(stops, undefined)).toBe(3);
    expect(stops.map(({ at }) => knowledge.stopAt(stops, at))).toEqual([0, 1, 2]);
    expect(knowledge.stopAt(stops, '2026-10-01')).toBe(0);
    expect(knowledge.stopAt(stops, '2026-10-01T08:00:09+07:00')).toBe(-1);
    expect(knowledge.stopAt(stops, '2030-01-01')).toBe(2);
  });
});

const observation = (name: string, value: number, unit: string, more: object = {}): object => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: name },
  effectiveDateTime: '2026-10-06',
  valueQuantity: { value, unit },
  ...more,
});

describe('blood values', () => {
  it.each([
    ['Glucose máu lúc đói', 6.1, 'mmol/L', 'fasting'],
    ['Định lượng Glucose [Máu]', 126, 'mg/dL', 'any'],
    ['Đường huyết mao mạch', 8, 'mmol/L', 'any'],
    ['Glucose niệu', 5, 'mmol/L', undefined],
    ['Nghiệm pháp dung nạp glucose', 9, 'mmol/L', undefined],
  ])('of glucose are read as the indicators read them: %s %d %s', (name, value, unit, taken) => {
    const [point] = measurements.glucoseValues([observation(name, value, unit)]);
    const { glucose } = laboratoryValues([{ name, value: String(value), unit }]);
    expect(point?.value).toBe(glucose);
    expect(point?.taken).toBe(taken);
  });

  it('after a meal are shown, though no indicator counts them', () => {
    expect(measurements.glucoseValues([observation('Glucose sau ăn 2 giờ', 11.2, 'mmol/L')])).toMatchObject([
      { value: 11.2, taken: 'after-meal' },
    ]);
  });

  it.each([
    ['HbA1c', 6.8, '%'],
    ['Định lượng HbA1c', 48, 'mmol/mol'],
  ])('of HbA1c likewise: %s %d %s', (name, value, unit) => {
    const [point] = measurements.hba1cValues([observation(name, value, unit)]);
    expect(point?.value).toBe(laboratoryValues([{ name, value: String(value), unit }]).hba1c);
  });

  it('that are impossible, void or without a date are left out', () => {
    expect(measurements.glucoseValues([observation('Glucose máu', 900, 'mmol/L')])).toEqual([]);
    expect(measurements.hba1cValues([observation('HbA1c', 60, '%')])).toEqual([]);
    expect(measurements.hba1cValues([observation('HbA1c', 7, '%', { status: 'entered-in-error' })])).toEqual([]);
    expect(measurements.hba1cValues([observation('HbA1c', 7, '%', { effectiveDateTime: undefined })])).toEqual([]);
    const half = { component: [{ code: { coding: [{ system: 'http://loinc.org', code: '8480-6' }] } }] };
    expect(measurements.bloodPressures([observation('Huyết áp', 1, 'mmHg', half)])).toEqual([]);
  });

  it('are judged as the indicators judge them', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 80, max: 240 }),
        fc.integer({ min: 40, max: 140 }),
        fc.integer({ min: 18, max: 100 }),
        fc.boolean(),
        (systolic, diastolic, age, diabetes) => {
          const target = targetsOf(`${2026 - age}-06-01`, 2026, diabetes).bloodPressure;
          expect(target && systolic < target.systolic && diastolic < target.diastolic).toBe(
            atTargetOfQd5904({ systolic, diastolic }, { older: age >= olderFromAge, diabetes }),
          );
        },
      ),
    );
    const { glucose, hba1c } = targetsOf('1961', 2026, true);
    for (const value of [4.3, 4.4, 7.2, 7.3])
      expect(glucose && value >= glucose.from && value <= glucose.to).toBe(glucoseAtTarget(value));
    for (const value of [6.9, 7, 7.1]) expect(hba1c && value < hba1c.below).toBe(hba1cAtTarget(value));
  });

  it('of children are not judged by what adults aim at', () => {
    expect(targetsOf('2009-01-01', 2026, false)).toEqual({});
    expect(targetsOf('2008-12-31', 2026, false).bloodPressure).toMatchObject({ systolic: 130 });
    expect(targetsOf(undefined, 2026, false).bloodPressure).toMatchObject({ systolic: 130 });
  });
});

describe('problems', () => {
  const condition = (code: string, encounter: string | undefined, more: object = {}): object => ({
    resourceType: 'Condition',
    code: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/icd10', code }], text: code },
    clinicalStatus: {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }],
    },
    ...(encounter && { encounter: { reference: `Encounter/${encounter}` } }),
    ...more,
  });
  const listed = { category: [{ coding: [{ code: 'problem-list-item' }] }] };
  const inactive = {
    clinicalStatus: {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'resolved' }],
    },
  };
  const refuted = {
    verificationStatus: {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-ver-status', code: 'refuted' }],
    },
  };
  const encounters = new Map([
    ['recent', { period: { start: '2026-10-06' } }],
    ['old', { period: { start: '2024-01-06' } }],
  ]);
  const shown = (...conditions: object[]) => {
    const { active, past, refuted: out } = problemsOf(conditions, encounters, now);
    return [active, past, out].map((some) => some.map(({ words, times }) => `${words}×${times}`));
  };

  it('of one code are one, present while a list says so or a year after a visit', () => {
    expect(shown(condition('I10', 'recent'), condition('I10', 'old'))).toEqual([['I10×2'], [], []]);
    expect(shown(condition('J00', 'old'))).toEqual([[], ['J00×1'], []]);
    expect(shown(condition('I10', 'old'), condition('I10', undefined, listed))).toEqual([['I10×2'], [], []]);
    expect(shown(condition('I10', undefined, { ...listed, ...inactive }))).toEqual([[], ['I10×1'], []]);
    expect(shown(condition('I10', undefined, { ...listed, ...refuted }))).toEqual([[], [], ['I10×1']]);
  });
});

describe('medicines', () => {
  const ordered = (text: string, authoredOn: string, status = 'completed'): object => ({
    resourceType: 'MedicationRequest',
    status,
    authoredOn,
    medicationCodeableConcept: { text },
  });
  it('are current while ordered or 90 days after they were dispensed, unless stopped', () => {
    const { current, past } = medicinesOf(
      [
        ordered('Amlodipin', '2026-08-30'),
        ordered('Amlodipin', '2026-01-01'),
        ordered('Metformin', '2026-08-01'),
        ordered('Insulin', '2025-01-01', 'active'),
        ordered('Aspirin', '2026-11-01', 'stopped'),
        ordered('Wrong', '2026-11-01', 'entered-in-error'),
      ],
      new Map(),
      now,
    );
    expect(current.map(({ name, times }) => [name, times])).toEqual([
      ['Amlodipin', 2],
      ['Insulin', 1],
    ]);
    expect(past.map(({ name }) => name)).toEqual(['Aspirin', 'Metformin']);
  });
});
