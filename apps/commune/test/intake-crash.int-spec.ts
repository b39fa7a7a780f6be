import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { pino } from 'pino';
import { UnfinishedMessages } from '../src/unfinished-messages.js';
import { crashMessage, personOf } from './crash/crash-messages.js';
import { openIntake } from './intake-harness.js';

const kills = 12;

/** Runs the posting process from a message on and kills it at a random moment after its first answer. */
async function answeredBeforeKill(folder: string, first: number): Promise<readonly number[]> {
  const script = fileURLToPath(new URL('./crash/posting-process.js', import.meta.url));
  const child = spawn(process.execPath, ['--no-warnings', script, folder, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const answered: number[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => answered.push(Number(line)));
  const ended = once(lines, 'close');
  await once(lines, 'line');
  await after(Math.random() * 150);
  child.kill('SIGKILL');
  await ended;
  return answered;
}

it('killed at any moment under load, intake loses nothing it answered and does nothing twice', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lien-tuyen-intake-crash-'));
  const answered = new Set<number>();
  for (let kill = 0; kill < kills; kill += 1) {
    // Some messages behind the newest answered one were cut off: they are sent again, as a station would.
    const first = Math.max(0, Math.max(-1, ...answered) - 24);
    for (const number of await answeredBeforeKill(folder, first)) answered.add(number);
  }
  const harness = await openIntake({ folder });
  try {
    await new UnfinishedMessages(harness.originals, harness.intake, pino({ level: 'silent' })).finish();
    const last = Math.max(...answered);
    for (let number = 0; number <= last; number += 1) {
      const { facility, body } = crashMessage(number);
      const { outcome } = await harness.post(facility, body);
      if (answered.has(number)) expect({ number, outcome }).toEqual({ number, outcome: 'duplicate' });
    }
    const visits = await harness.events('visit');
    const episodes = visits.map((event) => event.stream);
    expect(visits.every((event) => event.type === 'VisitRecorded')).toBe(true);
    expect(new Set(episodes).size).toBe(episodes.length);
    expect(episodes.length).toBeGreaterThan(last);

    const residents = await harness.events('resident');
    const people = new Set(Array.from({ length: episodes.length }, (_, number) => personOf(number)));
    expect(residents.filter((event) => event.type === 'ResidentRegistered')).toHaveLength(people.size);
    expect(await harness.originals.unanswered()).toEqual([]);
  } finally {
    await harness.close();
    await rm(folder, { recursive: true });
  }
}, 120_000);
