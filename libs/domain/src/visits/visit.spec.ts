import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { DateTime } from '../dates.js';
import type { EpisodeNumber, FacilityCode, ResidentId } from '../ids.js';
import type { VisitContent } from './visit-content.js';
import type { VisitSource } from './visit-events.js';
import { decideVisit, evolveVisit, initialVisit, type VisitCommand, type VisitState } from './visit.js';

const resident = '00000000-0000-8000-8000-000000000001' as ResidentId;
const other = '00000000-0000-8000-8000-000000000002' as ResidentId;

const content = (changes: Partial<VisitContent> = {}): VisitContent => ({
  facility: '08Z11' as FacilityCode,
  episode: '08Z11.202610.00001' as EpisodeNumber,
  start: '2026-10-05T10:07:00+07:00' as DateTime,
  insured: true,
  cards: [],
  diagnoses: [{ code: 'I10', role: 'main' }],
  vitals: {},
  medications: [],
  services: [],
  results: [],
  notes: [],
  ...changes,
});

const record = (visit = content(), source: VisitSource = 'insurance-claim', who = resident): VisitCommand => ({
  type: 'RecordVisit',
  resident: who,
  source,
  visit,
});

const take = (state: VisitState, command: VisitCommand): VisitState => {
  const decision = decideVisit(command, state);
  return 'events' in decision ? decision.events.reduce(evolveVisit, state) : state;
};
const after = (...commands: readonly VisitCommand[]): VisitState => commands.reduce(take, initialVisit);

describe('a visit', () => {
  it('is recorded once; said again it is unchanged', () => {
    expect(decideVisit(record(), initialVisit)).toMatchObject({
      outcome: 'recorded',
      events: [{ type: 'VisitRecorded' }],
    });
    expect(decideVisit(record(), after(record()))).toEqual({ outcome: 'unchanged' });
  });

  it('is amended by a resend with other content, and the amendment says in what', () => {
    const changed = content({ diagnoses: [{ code: 'E11.9', role: 'main' }] });
    expect(decideVisit(record(changed), after(record()))).toMatchObject({
      outcome: 'amended',
      events: [{ type: 'VisitAmended', data: { changed: ['diagnoses'], visit: { diagnoses: [{ code: 'E11.9' }] } } }],
    });
  });

  it('is added to by a health record, which neither uninsures nor undiagnoses it', () => {
    const told = content({
      start: '2026-10-05' as DateTime,
      insured: false,
      vitals: { systolic: 150, diastolic: 95 },
      vitalsSource: 'measured',
      diagnoses: [
        { code: 'I10', role: 'main' },
        { code: 'E11.9', role: 'main' },
      ],
    });
    const claim = content({ vitals: { systolic: 152, weight: 60 }, vitalsSource: 'note' });
    expect(after(record(claim), record(told, 'health-record'))).toMatchObject({
      status: 'recorded',
      visit: {
        start: '2026-10-05T10:07:00+07:00',
        insured: true,
        vitals: { systolic: 150, diastolic: 95, weight: 60 },
        vitalsSource: 'measured',
        diagnoses: [
          { code: 'I10', role: 'main' },
          { code: 'E11.9', role: 'comorbidity' },
        ],
      },
    });
  });

  it('keeps what the health record added when the claim is sent again', () => {
    const told = content({ vitals: { systolic: 150 }, vitalsSource: 'measured', insured: false });
    const resent = content({ treatment: 'Điều trị thuốc' });
    expect(after(record(), record(told, 'health-record'), record(resent))).toMatchObject({
      visit: { vitals: { systolic: 150 }, treatment: 'Điều trị thuốc', insured: true },
    });
  });

  it('is the same whichever source speaks first', () => {
    const claim = fc.record({ treatment: fc.constantFrom('a', 'b'), systolic: fc.integer({ min: 90, max: 180 }) });
    fc.assert(
      fc.property(claim, claim, (a, b) => {
        const claimed = record(
          content({ treatment: a.treatment, vitals: { systolic: a.systolic }, vitalsSource: 'note' }),
        );
        const told = record(
          content({ treatment: b.treatment, vitals: { systolic: b.systolic }, vitalsSource: 'measured' }),
          'health-record',
        );
        const visitOf = (state: VisitState): unknown => (state.status === 'recorded' ? state.visit : undefined);
        expect(visitOf(after(claimed, told))).toEqual(visitOf(after(told, claimed)));
      }),
    );
  });

  it('goes to another resident when its sender corrects whom it was about', () => {
    expect(decideVisit(record(content(), 'insurance-claim', other), after(record()))).toMatchObject({
      outcome: 'amended',
      events: [{ data: { resident: other, changed: ['resident'] } }],
    });
  });

  it('is retracted once, and may be recorded again', () => {
    const retract: VisitCommand = { type: 'RetractVisit', reason: 'entered twice' };
    expect(decideVisit(retract, initialVisit)).toEqual({ outcome: 'refused', reason: 'nothing-to-retract' });
    expect(decideVisit(retract, after(record()))).toMatchObject({ outcome: 'retracted' });
    expect(decideVisit(retract, after(record(), retract))).toEqual({ outcome: 'unchanged' });
    expect(decideVisit(record(), after(record(), retract))).toMatchObject({ outcome: 'recorded' });
  });
});
