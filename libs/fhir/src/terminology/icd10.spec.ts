import { describe, expect, it } from '@jest/globals';
import { isOfIcd10 } from './icd10.js';

describe('the hierarchy of ICD-10', () => {
  it.each([
    ['E11.9', 'E11'],
    ['E11.9', 'E10-E14'],
    ['E14', 'E10-E14'],
    ['E10-E14', 'IV'],
    ['I15.8', 'I10-I15'],
    ['A09', 'I'],
    ['I10', 'I10'],
    // A range that is no block of its own.
    ['I13', 'I11-I13'],
  ])('%s is of %s', (code, outer) => {
    expect(isOfIcd10(code, outer)).toBe(true);
  });

  it.each([
    ['E11', 'E11.9'],
    ['E15', 'E10-E14'],
    ['I10', 'I'],
    ['E10-E14', 'E11'],
    ['I10', 'male'],
  ])('%s is not of %s', (code, outer) => {
    expect(isOfIcd10(code, outer)).toBe(false);
  });
});
