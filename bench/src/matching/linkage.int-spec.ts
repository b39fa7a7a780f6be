import { expect, it } from '@jest/globals';
import { fillIndex } from './filled-index.js';
import { measureLinkage } from './linkage.js';

it('of people written down with slips links nearly only the right ones, and finds nearly all with a human’s help', async () => {
  const filled = await fillIndex(8_000, 800, 7);
  try {
    const { precision, recall, recallWithReview, reviewed } = await measureLinkage(filled.index, filled.sample, 11);
    expect(precision).toBeGreaterThanOrEqual(0.99);
    expect(recall).toBeGreaterThanOrEqual(0.9);
    expect(recallWithReview).toBeGreaterThanOrEqual(0.97);
    expect(reviewed).toBeLessThanOrEqual(0.08);
  } finally {
    await filled.close();
  }
}, 60_000);
