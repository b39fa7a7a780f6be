import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSecrets } from '#security/secrets.js';
import { TokenIssuer } from '#security/token-issuer.js';
import { readFacilityTable } from '#service/facilities/facility-table.js';
import { Client } from './client.js';
import { compareFigures, compareReconciliation } from './in-figures.js';
import { compareRecord } from './in-record.js';
import { compareWorklists } from './in-worklists.js';
import { startServer } from './own-server.js';
import { postFolder, waitForViews } from './post-folder.js';
import { type Comparison, readTruth } from './truth.js';

export interface Verification {
  readonly folder: string;
  /** Answers to the messages by HTTP status. */
  readonly answers: ReadonlyMap<string, number>;
  readonly comparisons: readonly Comparison[];
}

/** Posts a folder of messages to a server and compares what it shows with the folder's `truth.json`. */
export async function verifyFolder(folder: string, client: Client): Promise<Verification> {
  const facilities = readFacilityTable(join(folder, 'facilities.tsv'));
  const answers = await postFolder(folder, client, facilities);
  await waitForViews(client, 30_000);
  return { folder, answers, comparisons: await compareWithTruth(folder, client) };
}

/** What a server shows that has all messages of a folder, compared with the folder's `truth.json`. */
export async function compareWithTruth(folder: string, client: Client): Promise<readonly Comparison[]> {
  const facilities = readFacilityTable(join(folder, 'facilities.tsv'));
  const truth = readTruth(folder);
  const province = facilities[0]?.provinceCode ?? '';
  return [
    ...(await compareRecord(truth, client, facilities)),
    ...(await compareWorklists(truth, client, facilities)),
    ...(await compareFigures(truth, client, province)),
    ...(await compareReconciliation(truth, client, province, facilities)),
  ];
}

/** {@link verifyFolder} on an empty server of its own, which is gone afterwards. */
export async function verifyOnOwnServer(folder: string): Promise<Verification> {
  const place = mkdtempSync(join(tmpdir(), 'lien-tuyen-verify-'));
  try {
    const secretsFile = join(place, 'secrets', 'keys.json');
    const server = await startServer({ DATA_DIR: join(place, 'data'), SECRETS_FILE: secretsFile, OIDC_ISSUER: '' }, [
      '--empty',
      '--no-tokens',
      '--facilities',
      join(folder, 'facilities.tsv'),
    ]);
    try {
      return await verifyFolder(folder, new Client(server.origin, new TokenIssuer(openSecrets(secretsFile))));
    } finally {
      await server.stop();
    }
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}
