import { EngineMissing } from './engine-process.js';

/** One way to come by a server of some kind for a test suite. */
export interface ServerSource<Server> {
  /** `Kafka, a process of its own`: as the titles of its tests name it. */
  readonly engine: string;
  /** @throws EngineMissing when this machine has no such server; the message says what is missing */
  start: () => Promise<Server>;
}

/** What came of a source: a running server, or why there is none. */
export type ServerOffer<Server> =
  { readonly engine: string; readonly server: Server } | { readonly engine: string; readonly missing: string };

/** Servers of all sources at once, for suites that every engine has to pass. What is missing is printed. */
export async function everyServer<Server>(
  suite: string,
  sources: readonly ServerSource<Server>[],
): Promise<readonly ServerOffer<Server>[]> {
  const offers = await Promise.all(sources.map(offerOf));
  for (const offer of offers) say(suite, 'server' in offer ? offer.engine : skipped(offer));
  return offers;
}

/** The server of the first source that has one, for suites that need any. What is used, or why there is none, is printed. */
export async function firstServer<Server>(
  suite: string,
  sources: readonly ServerSource<Server>[],
): Promise<Server | undefined> {
  const missing: string[] = [];
  for (const source of sources) {
    const offer = await offerOf(source);
    if ('server' in offer) {
      say(suite, offer.engine);
      return offer.server;
    }
    missing.push(skipped(offer));
  }
  for (const line of missing) say(suite, line);
  return undefined;
}

async function offerOf<Server>({ engine, start }: ServerSource<Server>): Promise<ServerOffer<Server>> {
  try {
    return { engine, server: await start() };
  } catch (error) {
    if (!(error instanceof EngineMissing)) throw error;
    return { engine, missing: error.message };
  }
}

/** The value of a setting that names a server. @throws EngineMissing when it is not set */
export function settingOf(name: string): string {
  const given = process.env[name];
  if (given === undefined || given === '') throw new EngineMissing(`${name} is not set`);
  return given;
}

const skipped = ({ engine, missing }: { readonly engine: string; readonly missing: string }): string =>
  `SKIPPED: ${engine}: ${missing}`;

const say = (suite: string, line: string): void => void process.stderr.write(`${suite}: ${line}\n`);
