import { expect, it } from '@jest/globals';
import { Problem } from './problem.js';
import { SenderLimits } from './sender-limits.js';

const eager = '08Z11';
const patient = '08Z12';

it('asks an eager sender to come back, and keeps room for the others', async () => {
  const limits = new SenderLimits();
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  const underWay = Array.from({ length: 256 }, () => limits.within(eager, 10, () => held));
  await expect(limits.within(eager, 10, () => Promise.resolve())).rejects.toMatchObject({
    status: 429,
    options: { headers: { 'Retry-After': '2' } },
  });
  await expect(limits.within(patient, 10, () => Promise.resolve('taken'))).resolves.toBe('taken');
  release();
  await Promise.all(underWay);
  await expect(limits.within(eager, 10, () => Promise.resolve('taken'))).resolves.toBe('taken');
});

it('bounds the bytes under way, and takes one large message when there are no others', async () => {
  const limits = new SenderLimits();
  const megabyte = 1024 * 1024;
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  const large = limits.within(eager, 300 * megabyte, () => held);
  await expect(limits.within(patient, megabyte, () => Promise.resolve())).rejects.toBeInstanceOf(Problem);
  release();
  await large;
});

it('leaves the others room, however much one sender brings or announces', async () => {
  const limits = new SenderLimits();
  const megabyte = 1024 * 1024;
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  const eagerly = Array.from({ length: 255 }, () =>
    limits.within(eager, 0, async ({ takes }) => {
      takes(megabyte - 1);
      await held;
    }),
  );
  const refused = Promise.allSettled(eagerly);
  await expect(
    limits.within(eager, 0, ({ takes }) => Promise.resolve().then(() => takes(megabyte))),
  ).rejects.toMatchObject({ status: 429 });
  const large = limits.within(patient, 0, async ({ takes, becomesLarge }) => {
    takes(megabyte);
    becomesLarge();
    takes(40 * megabyte);
    return 'taken';
  });
  await expect(large).resolves.toBe('taken');
  release();
  expect((await refused).filter(({ status }) => status === 'rejected').length).toBeGreaterThan(50);
  await expect(limits.within(eager, 150 * megabyte, () => Promise.resolve('taken'))).resolves.toBe('taken');
});

it('holds to other limits where they are given', async () => {
  const limits = new SenderLimits({ perSender: 2, largePerSender: 1, bytesPerSender: 10, bytesInFlight: 15 });
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  const first = limits.within(eager, 9, () => held);
  await expect(limits.within(eager, 2, () => Promise.resolve())).rejects.toMatchObject({ status: 429 });
  await expect(limits.within(patient, 7, () => Promise.resolve())).rejects.toMatchObject({ status: 429 });
  await expect(limits.within(patient, 6, () => Promise.resolve('taken'))).resolves.toBe('taken');
  release();
  await first;
});
