import { SetupError } from '#platform/setup-error.js';
import type { ViewDatabase } from '#projections/postgres/view-database.js';
import type { Secrets } from '#security/secrets.js';

/**
 * Binds a database to the keys it is first opened with, as `bindDataFolder` does a folder: a replica with other keys would find
 * nobody, and register each resident a second time.
 * @throws SetupError when it was opened with other keys before
 */
export async function bindDatabase(
  database: ViewDatabase,
  { fingerprint }: Pick<Secrets, 'fingerprint'>,
): Promise<void> {
  await database.ofHost(
    (host) => `insert into ${host}.key_binding (fingerprint) values ($1) on conflict do nothing`,
    [fingerprint],
  );
  const [bound] = await database.ofHost<{ fingerprint: string }>(
    (host) => `select fingerprint from ${host}.key_binding`,
    [],
  );
  if (bound?.fingerprint === fingerprint) return;
  throw new SetupError({
    vi: `Cơ sở dữ liệu theo DATABASE_URL được tạo với khóa khác (${bound?.fingerprint}) chứ không phải khóa đang dùng (${fingerprint}). Mọi tiến trình phải dùng cùng một SECRETS_FILE.`,
    en: `The database of DATABASE_URL was made with other keys (${bound?.fingerprint}) than those in use (${fingerprint}). Every process must have the same SECRETS_FILE.`,
  });
}
