/** The projection on the real engines: event store, worker thread, view file. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Row } from '#projections/projection.js';
import * as fc from 'fast-check';
import { FacilityRegister } from '#domain/facilities/facility-register.js';
import type { ResidentId } from '#domain/ids.js';
import { openEmbeddedEventStore } from '#event-store/embedded/embedded-event-store.js';
import { createEmbeddedViewHost } from '#projections/embedded/embedded-view-host.js';
import { healthRecordProjection } from '../src/record.module.js';
import { recordQueries } from '../src/record-queries.js';
import { at, EventLog, facility, paper, visitContent } from './recorded-events.js';
import { viewOfEvents } from './view-of-events.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'health-record-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function history(): EventLog {
  const log = new EventLog();
  log.facility({ code: facility('08Z11'), name: 'Trạm giả lập' });
  const unregistered = '00000000-0000-4000-8000-00000000000f' as ResidentId;
  // Told of before being registered.
  log.visit(unregistered, visitContent('08Z11', 'E0', '2026-09-01', { diagnoses: [{ code: 'I10', role: 'main' }] }));
  const residents = ['Ma Văn Nam', 'Lê Thị Hà'].map((name) => log.resident(name, '08Z11'));
  for (const [index, resident] of residents.entries()) {
    for (let visit = 0; visit < 5; visit += 1) {
      const content = visitContent('08Z11', `E${index}.${visit}`, `2026-09-1${visit}`, {
        diagnoses: [
          { code: 'I10', role: 'main' },
          { code: 'I10', role: 'comorbidity' },
        ],
        vitals: { systolic: 130, diastolic: 80 },
      });
      log.visit(resident, content);
      if (visit % 2) log.visit(resident, { ...content, diagnoses: [], vitals: { weight: 50 } }, 'VisitAmended');
    }
    const referral = log.referral(resident, paper('08Z11', '08Z01', `CT-${index}`, '2026-10-11'));
    log.step({
      type: 'PatientArrived',
      data: { referral, resident, at: at('2026-10-14'), by: facility('08Z01'), late: false },
    });
  }
  return log;
}

const tables = [
  'document',
  'touch',
  'concern',
  'patient_entry',
  'patient_name',
  'encounter_entry',
  'condition_entry',
  'observation_entry',
  'referral_entry',
];

describe('the view', () => {
  it('is the same however the events were batched', async () => {
    const { events } = history();
    const rowsAfter = async (cuts: readonly number[]): Promise<readonly (readonly Row[])[]> => {
      const view = await viewOfEvents();
      let next = 0;
      for (const end of [...cuts.toSorted((a, b) => a - b), events.length]) {
        if (end > next) await view.apply(events.slice(next, end));
        next = Math.max(next, end);
      }
      const rows: (readonly Row[])[] = [];
      for (const table of tables)
        rows.push(
          await view.database
            .query(`select * from ${table} order by 1, 2, 3`)
            .catch(() => view.database.query(`select * from ${table} order by 1, 2`)),
        );
      await view.close();
      return rows;
    };
    const whole = await rowsAfter([]);
    expect(whole.every((rows) => rows.length > 0)).toBe(true);
    const oneByOne = events.map((_, index) => index);
    expect(await rowsAfter(oneByOne)).toEqual(whole);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: events.length - 1 }), { maxLength: 6 }), async (cuts) => {
        expect(await rowsAfter(cuts)).toEqual(whole);
      }),
      { numRuns: 8 },
    );
  });

  it('is kept by the view host from the event store', async () => {
    const store = await openEmbeddedEventStore({ file: join(folder, 'events.sqlite') });
    const host = await createEmbeddedViewHost({
      eventStoreFile: join(folder, 'events.sqlite'),
      folder: join(folder, 'views'),
    });
    try {
      const view = await host.add({ module: healthRecordProjection });
      const { events } = history();
      let position = 0;
      for (const { stream, id, type, data, metadata } of events) {
        ({ position } = await store.append(stream, 'any', [{ id, type, data, metadata }]));
      }
      expect(await view.waitFor(position, 10_000)).toBe(true);
      expect(await view.status()).toMatchObject({ name: 'health-record', version: 10, setAside: 0 });
      const { reader } = recordQueries(view.database, { readStream: async () => [] }, new FacilityRegister(), {
        sealingKey: new Uint8Array(32),
      });
      const resident = events.findLast((event) => event.type === 'VisitRecorded')?.metadata;
      expect(resident).toBeDefined();
      const [{ id } = { id: '' }] = await view.database.query<{ readonly id: string }>(
        "select id from document where kind = 'visit' order by number limit 1",
      );
      const encounter = await reader.read('Encounter', id, { kind: 'everybody' });
      const [recorded] = await store.readStream(events[1]?.stream ?? ('' as never));
      expect(encounter.meta).toEqual({ versionId: '1', lastUpdated: recorded?.recordedAt });
    } finally {
      await host.close();
      await store.close();
    }
  });
});
