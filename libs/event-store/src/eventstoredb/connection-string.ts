import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type {
  ChannelCredentialOptions,
  DNSClusterOptions,
  GossipClusterOptions,
  SingleNodeOptions,
} from '@eventstore/db-client';
import { parseConnectionString } from '@eventstore/db-client/dist/Client/parseConnectionString.js';
import { EventStoreUnavailable } from '../errors.js';

/** What a connection string says, as the client takes it. */
export interface ConnectionSettings {
  readonly servers: DNSClusterOptions | GossipClusterOptions | SingleNodeOptions;
  readonly channel: ChannelCredentialOptions;
  readonly credentials?: { readonly username: string; readonly password: string };
}

/**
 * Reads `esdb://`, `esdb+discover://` and their `kurrentdb` forms, with user, password and TLS files as the client documents them.
 * @throws EventStoreUnavailable saying what is wrong without repeating it: the string may hold a password
 */
export function parseServerUrl(url: string): ConnectionSettings {
  checkOptions(url);
  const parsed = parse(url.replace(/^kurrentdb(?=(\+discover)?:\/\/)/, 'esdb'));
  const { hosts, dnsDiscover, defaultCredentials, tls, tlsCAFile, userCertFile, userKeyFile } = parsed;
  const [first] = hosts;
  if (first === undefined) throw wrong('it names no host');
  if ((userCertFile === undefined) !== (userKeyFile === undefined)) {
    throw wrong('userCertFile and userKeyFile belong together');
  }
  // Reads must show what was acknowledged a moment ago: the leader is asked, whatever the string prefers.
  const common = { nodePreference: 'leader', throwOnAppendFailure: true } as const;
  const options = {
    ...common,
    ...(parsed.keepAliveInterval !== undefined && { keepAliveInterval: parsed.keepAliveInterval }),
    ...(parsed.keepAliveTimeout !== undefined && { keepAliveTimeout: parsed.keepAliveTimeout }),
    ...(parsed.connectionName !== undefined && { connectionName: parsed.connectionName }),
    ...(parsed.maxDiscoverAttempts !== undefined && { maxDiscoverAttempts: parsed.maxDiscoverAttempts }),
    ...(parsed.discoveryInterval !== undefined && { discoveryInterval: parsed.discoveryInterval }),
    ...(parsed.gossipTimeout !== undefined && { gossipTimeout: parsed.gossipTimeout }),
  };
  return {
    servers: dnsDiscover
      ? { ...options, discover: first }
      : hosts.length > 1
        ? { ...options, endpoints: hosts }
        : { ...options, endpoint: first },
    channel: {
      insecure: tls === false,
      ...(tlsCAFile !== undefined && tls !== false && { rootCertificate: fileOf('tlsCAFile', tlsCAFile) }),
      ...(userCertFile !== undefined && { userCertFile: fileOf('userCertFile', userCertFile) }),
      ...(userKeyFile !== undefined && { userKeyFile: fileOf('userKeyFile', userKeyFile) }),
    },
    // Never sent in clear text; a server without TLS does not ask for them.
    ...(defaultCredentials !== undefined && tls !== false && { credentials: defaultCredentials }),
  };
}

const knownOptions = [
  'tls',
  'tlsCAFile',
  'userCertFile',
  'userKeyFile',
  'connectionName',
  'nodePreference',
  'maxDiscoverAttempts',
  'discoveryInterval',
  'gossipTimeout',
  'keepAliveInterval',
  'keepAliveTimeout',
  'throwOnAppendFailure',
  'defaultDeadline',
  'tlsVerifyCert',
];

/** Options that the client does not take it prints, and the whole string beside them: they are refused before it sees them. */
function checkOptions(url: string): void {
  const query = url.slice(url.lastIndexOf('@') + 1).split('?')[1] ?? '';
  for (const option of query.split('&')) {
    const [name = '', value] = option.split('=');
    const known = knownOptions.find((word) => word.toLowerCase() === name.replace(/[_-]/g, '').toLowerCase());
    if (name !== '' && known === undefined) throw wrong(`the option ${name} is not known`);
    if (known === 'tlsVerifyCert' && value === 'false') {
      throw wrong('tlsVerifyCert=false is not possible: name the certificate of the authority by tlsCAFile');
    }
  }
}

function parse(url: string): ReturnType<typeof parseConnectionString> {
  try {
    return parseConnectionString(url);
  } catch {
    // The client's message quotes the string.
    throw wrong('expected esdb://[user:password@]host[:port][,host…][?tls=…&tlsCAFile=…]');
  }
}

function fileOf(name: string, path: string): Buffer {
  const file = resolve(path);
  if (!existsSync(file)) throw wrong(`the file of ${name} is not there: ${file}`);
  return readFileSync(file);
}

function wrong(reason: string): EventStoreUnavailable {
  return new EventStoreUnavailable(`The address of the event store is wrong: ${reason}`);
}
