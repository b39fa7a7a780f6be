import { expect, it } from '@jest/globals';
import { busy, notOurServer } from '../sending/troubles.js';
import type { Snapshot } from './snapshot.js';
import { terminalPage } from './terminal-page.js';

const snapshot = (changes: Partial<Snapshot> = {}): Snapshot => ({
  now: 100_000,
  startedAt: 0,
  folder: '/drop',
  server: 'https://example.vn/',
  paused: false,
  line: { status: 'open' },
  trouble: null,
  sending: null,
  counts: { waiting: 2, refused: 0, answered: 7 },
  waiting: [],
  refused: [],
  sent: [],
  ...changes,
});
const page = (changes: Partial<Snapshot>, width = 120): string =>
  terminalPage(snapshot(changes), width, null).join('\n');

it('counts down to the next try and says why', () => {
  const text = page({ line: { status: 'resting', failures: 3, until: 108_500, trouble: busy } });
  expect(text).toContain(busy.text.vi);
  expect(page({ trouble: notOurServer(404) }, 40).replaceAll(/\n {2}/g, ' ')).toContain(notOurServer(404).text.vi);
  expect(text).toContain('next try in 9 s (3)');
});

it('shows what is on its way apart from what waits', () => {
  const file = { id: 1, name: 'a.xml', size: 2_000_000, takenAt: 0 };
  const text = page({ sending: { ...file, since: 95_000 }, waiting: [file, { ...file, id: 2, name: 'b.xml' }] });
  expect(text).toContain('→ a.xml  1.9 MB  5 s');
  expect(text.match(/a\.xml/g)).toHaveLength(1);
  expect(text).toContain('· b.xml');
});

it('is never wider than the terminal, and names cannot steer it', () => {
  const lines = terminalPage(
    snapshot({ waiting: [{ id: 1, name: `\u001B[2J${'x'.repeat(200)}.xml`, size: 1, takenAt: 0 }] }),
    40,
    'http://127.0.0.1:7410',
  );
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(40);
  expect(lines.join('')).not.toContain('\u001B');
});
