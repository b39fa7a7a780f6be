import pg from 'pg';

export interface ConnectionLimits {
  /** Connections at once. */
  readonly most: number;
  /** A statement that takes longer is ended by the server. */
  readonly statementTimeoutMs: number;
  /** So long a statement waits for a lock, and a transaction for its next statement, before the server ends it. */
  readonly patienceMs: number;
}

export interface PoolOptions extends ConnectionLimits {
  readonly url: string;
  /** As the server's activity shows it. */
  readonly purpose: string;
  /** Server settings of each connection. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Statements are sent without waiting for the answer to the one before. */
  readonly pipeline?: boolean;
}

/** Connections that all have the same settings. A lost one is replaced by the next use. */
export function openPool({
  url,
  purpose,
  settings,
  most,
  statementTimeoutMs,
  patienceMs,
  pipeline,
}: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    ...connectionConfig(url, purpose, settings),
    max: most,
    idleTimeoutMillis: 30_000,
    // Prepared statements and what the server keeps of tables that are gone end with it.
    maxLifetimeSeconds: 3_600,
    statement_timeout: statementTimeoutMs,
    lock_timeout: patienceMs,
    idle_in_transaction_session_timeout: patienceMs,
    // The server's own time-out comes first; this one is for a line that has gone dead.
    query_timeout: statementTimeoutMs + 5_000,
    ...(pipeline !== undefined && { pipeline }),
  });
  pool.on('error', () => undefined);
  // One in use is not the pool's: its statements fail by themselves.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** What every connection has in common. */
export function connectionConfig(
  url: string,
  purpose: string,
  settings: Readonly<Record<string, string>> = {},
): pg.ClientConfig {
  const given = new URL(url);
  const ownOptions = given.searchParams.get('options');
  given.searchParams.delete('options');
  const options = Object.entries(settings).map(([name, value]) => `-c ${name}=${value.replaceAll(/[\\ ]/g, '\\$&')}`);
  return {
    connectionString: given.href,
    application_name: `lien-tuyen ${purpose}`,
    options: [...(ownOptions === null ? [] : [ownOptions]), ...options].join(' '),
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    types: { getTypeParser: valueParser as typeof pg.types.getTypeParser },
  };
}

const typeIds = { bool: 16, bytea: 17, int8: 20, int2: 21, int4: 23, float4: 700, float8: 701, numeric: 1700 } as const;

/** Server types as the port's values: whole numbers as `number` where that is exact, truth as 1 or 0, everything unknown as text. */
function valueParser(type: number): (text: string) => unknown {
  switch (type) {
    case typeIds.int8:
    case typeIds.numeric:
      return exactNumber;
    case typeIds.int2:
    case typeIds.int4:
    case typeIds.float4:
    case typeIds.float8:
      return Number;
    case typeIds.bool:
      return (text) => (text === 't' ? 1 : 0);
    case typeIds.bytea:
      return (text) => Buffer.from(text.slice(2), 'hex');
    default:
      return (text) => text;
  }
}

function exactNumber(text: string): number | bigint {
  const number = Number(text);
  return Number.isInteger(number) && !Number.isSafeInteger(number) ? BigInt(text) : number;
}
