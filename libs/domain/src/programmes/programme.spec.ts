import { describe, expect, it } from '@jest/globals';
import type { DateTime } from '../dates.js';
import type { FacilityCode } from '../ids.js';
import { programmesOf, withoutVisit, withVisit } from './programme.js';

const visit = (name: string, start: string) => ({
  visit: name,
  start: start as DateTime,
  facility: '08Z11' as FacilityCode,
});

describe('programmes of a visit', () => {
  it('follow from its diagnoses, traditional-medicine codes apart', () => {
    expect(
      programmesOf({
        diagnoses: [
          { code: 'I10', role: 'main' },
          { code: 'E11.9', role: 'comorbidity' },
          { code: 'J45', role: 'traditional-medicine' },
        ],
      }),
    ).toEqual(['hypertension', 'diabetes']);
    expect(programmesOf({ diagnoses: [{ code: 'J44.1', role: 'main' }] })).toEqual(['copd-asthma']);
    expect(programmesOf({ diagnoses: [{ code: 'J06.9', role: 'main' }] })).toEqual([]);
  });

  it('do not follow from a visit that few may know of', () => {
    const diagnoses = [
      { code: 'I10', role: 'main' },
      { code: 'B20', role: 'comorbidity' },
    ] as const;
    expect(programmesOf({ diagnoses })).toEqual([]);
  });

  it('follow from a treatment card, unless few may see it', () => {
    expect(programmesOf({ diagnoses: [], papers: [{ kind: 'tuberculosis-care' }] })).toEqual(['tuberculosis']);
    expect(programmesOf({ diagnoses: [], papers: [{ kind: 'tuberculosis-care', sensitive: 'hiv' }] })).toEqual([]);
  });
});

describe('visits of a programme', () => {
  it('stand in the order they began, each once, in whatever order they are told', () => {
    const told = ['2026-03-01', '2026-01-01', '2026-02-01'].reduce<ReturnType<typeof withVisit>>(
      (visits, start) => withVisit(visits, visit(start, start)),
      [],
    );
    expect(told.map(({ start }) => start)).toEqual(['2026-01-01', '2026-02-01', '2026-03-01']);
    const moved = withVisit(told, visit('2026-01-01', '2026-04-01'));
    expect(moved.map(({ start }) => start)).toEqual(['2026-02-01', '2026-03-01', '2026-04-01']);
    expect(withoutVisit(moved, '2026-03-01')).toHaveLength(2);
  });
});
