import { describe, expect, it } from '@jest/globals';
import type { DateTime } from '../dates.js';
import type { FacilityCode, ResidentId, ScreeningId } from '../ids.js';
import type { ScreeningContent } from './screening-content.js';
import {
  decideScreening,
  evolveScreening,
  initialScreening,
  type ScreeningCommand,
  type ScreeningState,
} from './screening.js';

const resident = '00000000-0000-8000-8000-000000000001' as ResidentId;
const content = (changes: Partial<ScreeningContent> = {}): ScreeningContent => ({
  screening: '00000000-0000-8000-8000-00000000000a' as ScreeningId,
  facility: '08Z11' as FacilityCode,
  at: '2026-10-05' as DateTime,
  programme: 'hypertension',
  vitals: { systolic: 150, diastolic: 95 },
  results: [],
  findings: [],
  ...changes,
});
const complete = (screening = content()): ScreeningCommand => ({ type: 'CompleteScreening', resident, screening });
const after = (...commands: readonly ScreeningCommand[]): ScreeningState =>
  commands.reduce((state: ScreeningState, command) => {
    const decision = decideScreening(command, state);
    return 'events' in decision ? decision.events.reduce(evolveScreening, state) : state;
  }, initialScreening);

describe('a screening', () => {
  it('is recorded once, unchanged when said again, amended when corrected', () => {
    expect(decideScreening(complete(), initialScreening)).toMatchObject({ outcome: 'recorded' });
    expect(decideScreening(complete(), after(complete()))).toEqual({ outcome: 'unchanged' });
    expect(decideScreening(complete(content({ vitals: { systolic: 140 } })), after(complete()))).toMatchObject({
      outcome: 'amended',
      events: [{ type: 'ScreeningAmended', data: { changed: ['vitals'] } }],
    });
  });

  it('cannot be overwritten by another facility', () => {
    expect(decideScreening(complete(content({ facility: '08Z12' as FacilityCode })), after(complete()))).toEqual({
      outcome: 'refused',
      reason: 'other-facility',
    });
  });

  it('is retracted once, and may be recorded again', () => {
    const retract: ScreeningCommand = { type: 'RetractScreening', reason: 'another person' };
    expect(decideScreening(retract, initialScreening)).toMatchObject({ outcome: 'refused' });
    expect(decideScreening(retract, after(complete()))).toMatchObject({ outcome: 'retracted' });
    expect(decideScreening(retract, after(complete(), retract))).toEqual({ outcome: 'unchanged' });
    expect(decideScreening(complete(), after(complete(), retract))).toMatchObject({ outcome: 'recorded' });
  });
});
