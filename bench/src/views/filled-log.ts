/** A log as months of station messages leave it: taken by the intake itself, without HTTP. All of it is synthetic. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeFacilities } from '#service/facilities/describe-facilities.js';
import { readFacilityTable } from '#service/facilities/facility-table.js';
import { ResidentIdentity } from '#apps/commune/src/identity/resident-identity.js';
import { Intake } from '#apps/commune/src/intake/intake.js';
import { MessageJournal } from '#apps/commune/src/intake/message-journal.js';
import { RecordIntake } from '#apps/commune/src/intake/record-intake.js';
import { ReferralIntake } from '#apps/commune/src/intake/referral-intake.js';
import { KeyedMutex } from '#apps/commune/src/keyed-mutex.js';
import { EmbeddedOriginals } from '#apps/commune/src/originals/embedded-originals.js';
import { FacilityRegister } from '#domain/facilities/facility-register.js';
import { parseFacilityCode } from '#domain/ids.js';
import { openEmbeddedEventStore } from '#event-store/embedded/embedded-event-store.js';
import { syntheticWorld, type SyntheticFile } from '#station-formats/synthetic/synthetic-world.js';

const callers = 32;

export interface FilledLog {
  readonly file: string;
  /** Position of its newest event. */
  readonly head: number;
}

/** @param residents of the synthetic province; some 35 events come of each */
export async function fillLog(folder: string, residents: number): Promise<FilledLog> {
  mkdirSync(folder, { recursive: true });
  const world = syntheticWorld({ seed: 3, residents, from: '2026-03-01', to: '2026-10-31', era: '2026', untidy: true });
  const file = join(folder, 'events.sqlite');
  const store = await openEmbeddedEventStore({ file });
  const originals = new EmbeddedOriginals(join(folder, 'originals.sqlite'));
  try {
    const table = join(folder, 'facilities.tsv');
    writeFileSync(table, world.facilitiesTsv);
    const facilities = readFacilityTable(table);
    await describeFacilities(store, facilities);
    const register = new FacilityRegister();
    for (const facility of facilities) register.apply({ type: 'FacilityRegistered', data: { facility } });
    const identity = new ResidentIdentity(store, Buffer.alloc(32, 'bench'));
    const records = new RecordIntake(store, identity, new ReferralIntake(store, register), new KeyedMutex());
    const intake = new Intake(originals, new MessageJournal(store), records, new KeyedMutex());
    let next = 0;
    const send = async (): Promise<void> => {
      for (let sent = world.files[next++]; sent; sent = world.files[next++]) await receive(intake, sent);
    };
    await Promise.all(Array.from({ length: callers }, send));
    return { file, head: await store.head() };
  } finally {
    await originals.close();
    await store.close();
  }
}

async function receive(intake: Intake, { name, sender, bytes }: SyntheticFile): Promise<void> {
  const facility = parseFacilityCode(sender);
  if (!facility) throw new Error(`${name}: ${sender} is no facility`);
  await intake.receive({
    facility,
    actor: `station:${facility}`,
    contentType: 'application/xml',
    receivedAt: new Date().toISOString(),
    digest: createHash('sha256').update(bytes).digest('hex'),
    body: bytes,
  });
}
