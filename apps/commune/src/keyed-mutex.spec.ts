import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { KeyedMutex } from './keyed-mutex.js';

it('one task at a time works on a key, others go on', async () => {
  const mutex = new KeyedMutex();
  const working = new Map<string, number>();
  const worst = new Map<string, number>();
  let together = 0;
  let most = 0;
  const task = (keys: readonly string[]): Promise<void> =>
    mutex.run(keys, async () => {
      together += 1;
      most = Math.max(most, together);
      for (const key of keys) {
        working.set(key, (working.get(key) ?? 0) + 1);
        worst.set(key, Math.max(worst.get(key) ?? 0, working.get(key) ?? 0));
      }
      await sleep(Math.random() * 3);
      for (const key of keys) working.set(key, (working.get(key) ?? 0) - 1);
      together -= 1;
    });
  const keys = ['a', 'b', 'c', 'd'];
  await Promise.all(
    Array.from({ length: 60 }, (_, index) => task([keys[index % 4] ?? 'a', keys[(index * 3 + 1) % 4] ?? 'b'])),
  );
  expect([...worst.values()]).toEqual([1, 1, 1, 1]);
  expect(most).toBeGreaterThan(1);
});

it('lets go of its keys when a task fails, and hands its failure on', async () => {
  const mutex = new KeyedMutex();
  await expect(mutex.run(['a'], () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  await expect(mutex.run(['a', 'a'], () => Promise.resolve('done'))).resolves.toBe('done');
});
