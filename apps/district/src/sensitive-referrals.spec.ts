import { expect, it } from '@jest/globals';
import { classesOfStep, plainPart } from './sensitive-referrals.js';

const step = {
  referral: { from: '08Z11', number: 'CT-1' },
  resident: 'r',
  at: '2026-09-05',
  by: '08Z11',
  paper: { to: '08Z01', diagnoses: [{ code: 'B20', display: 'x', role: 'main' }], findings: 'HIV' },
};

it('what tells of a sensitive class in a step is found, by code and in words, and left out', () => {
  expect(classesOfStep(step)).toEqual(['hiv']);
  expect(classesOfStep({ answer: { summary: 'Giai đoạn trầm cảm' } })).toEqual(['mental-health']);
  expect(classesOfStep({ paper: { diagnoses: [{ code: 'I10' }] } })).toEqual([]);
  expect(plainPart(step)).toEqual({ referral: step.referral, resident: 'r', at: '2026-09-05', by: '08Z11' });
});
