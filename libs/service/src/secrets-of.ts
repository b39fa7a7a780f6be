import type { Configuration } from '#platform/configuration.js';
import { SetupError } from '#platform/setup-error.js';
import { findSecrets, openSecrets, type Secrets } from '#security/secrets.js';

/**
 * The keys of an installation. One that is spread over processes never makes any by itself: each machine would have its own, and
 * those of a container would be gone with it.
 * @throws SetupError
 */
export function secretsOf({ engines, secretsFile }: Pick<Configuration, 'engines' | 'secretsFile'>): Secrets {
  if (engines === 'embedded') return openSecrets(secretsFile);
  const found = findSecrets(secretsFile);
  if (found) return found;
  throw new SetupError({
    vi: `Không có tệp khóa SECRETS_FILE ${secretsFile}. Hãy tạo một lần bằng npm run -s secrets và đặt cùng một tệp cho mọi tiến trình.`,
    en: `There is no key file SECRETS_FILE ${secretsFile}. Make one once with npm run -s secrets, and give every process the same file.`,
  });
}
