import { expect, it } from '@jest/globals';
import type { ViewStatus } from '#projections/projection.js';
import { atOneMoment } from './at-one-moment.js';

/** A view whose slowest part is at one position after the other, each time it is asked. */
function viewAt(state: ViewStatus['state'], ...positions: readonly number[]) {
  const left = [...positions];
  let position = 0;
  return {
    status: async () => ({ position: (position = left.shift() ?? position), state }) as ViewStatus,
    waitFor: async () => true,
  };
}
const read = async () => ({ position: 10 });

it('reads at once what is level', async () => {
  expect(await atOneMoment(viewAt('live', 10), read)).toEqual({ position: 10 });
});

it('waits for the part that is behind', async () => {
  let reads = 0;
  const counting = async () => {
    reads += 1;
    return { position: 10 };
  };
  await atOneMoment(viewAt('catching-up', 3, 7, 12), counting);
  expect(reads).toBe(3);
});

it('says so while a part stays behind', async () => {
  await expect(atOneMoment(viewAt('catching-up', 3), read)).rejects.toMatchObject({ status: 503 });
});

it('does not wait for ever for a live view that is written to all the time', async () => {
  expect(await atOneMoment(viewAt('live', 9), read)).toEqual({ position: 10 });
});
