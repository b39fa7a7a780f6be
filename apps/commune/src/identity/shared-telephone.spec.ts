import { describe, expect, it } from '@jest/globals';
import type { ResidentId } from '#domain/ids.js';
import { blockingKeys } from '#domain/residents/matching/blocking-keys.js';
import type { ComparablePerson } from '#domain/residents/matching/comparable-person.js';
import { RecentResidents } from './recent-residents.js';

const person = (name: string): ComparablePerson => ({
  details: { name, sex: 'female', phone: '0912000001' },
  identifiers: [],
});

function found(sharedBy: number): number {
  const recent = new RecentResidents();
  for (let index = 0; index < sharedBy; index += 1) {
    const one = person(`Giả Lập ${index}`);
    recent.add(`resident-${index}` as ResidentId, one, blockingKeys(one), index);
  }
  return recent.find(blockingKeys(person('Ai Khác'))).length;
}

describe('a telephone', () => {
  it('leads to those of a household', () => {
    expect(found(5)).toBe(5);
  });

  it('that a whole commune shares leads to nobody', () => {
    expect(found(30)).toBe(0);
  });
});
