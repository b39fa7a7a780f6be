/** A broker whose disk is full: its partitions refuse every write, then the broker ends itself. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { describeOn } from '#deploy/local/src/describe-on.js';
import { startKafkaBroker } from '#deploy/local/src/kafka-broker.js';
import { everyServer } from '#deploy/local/src/server-offers.js';
import { smallDisk } from '#deploy/local/src/small-disk.js';
import { listVisits } from './counted-visits.js';
import { countIn, Delivery, expectEachOnceInOrder, until } from './delivery.js';

const offers = await everyServer('a full partition', [
  {
    engine: 'Kafka, a process of its own',
    start: async () => {
      const disk = smallDisk(160);
      const folder = mkdtempSync(join(tmpdir(), 'lien-tuyen-kafka-'));
      const remove = (): void => {
        disk.remove();
        rmSync(folder, { recursive: true });
      };
      try {
        const { brokers, process } = await startKafkaBroker(folder, join(disk.folder, 'data'));
        return {
          disk,
          brokerLog: join(folder, 'broker.log'),
          brokers: [brokers],
          process,
          stop: async () => {
            await process.kill();
            remove();
          },
        };
      } catch (error) {
        remove();
        throw error;
      }
    },
  },
]);

describeOn(offers, (engine, server) => {
  describe(`delivery through a broker: ${engine}`, () => {
    it('loses and doubles nothing when partitions refuse writes for want of space, and goes on when there is space again', async () => {
      const { disk, brokers, brokerLog, process } = server();
      const delivery = await Delivery.start('a full partition', brokers, 4);
      try {
        const view = await delivery.views.open(listVisits().schema);
        delivery.read(view);
        await delivery.record(120);
        await expectEachOnceInOrder(delivery, view);
        await delivery.underLoad(async () => {
          disk.fill();
          await until(() => delivery.relayFaults.length > 0, 90_000);
          expect(readFileSync(brokerLog, 'utf8')).toContain('No space left on device');
          await pause(1_000);
          expect(await countIn(view)).toBeLessThan(delivery.recorded);
          disk.empty();
          // What an operator does once there is space; a broker without a writable disk has ended itself by then.
          await process.kill();
          await process.start();
        });
        await expectEachOnceInOrder(delivery, view, 90_000);
      } finally {
        await delivery.close();
      }
    }, 300_000);
  });
});
