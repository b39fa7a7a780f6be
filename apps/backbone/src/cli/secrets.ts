/** Makes the key file of an installation where there is none, and tells which it is: `npm run -s secrets`. */
import { loadConfiguration } from '#platform/configuration.js';
import { openSecrets } from '#security/secrets.js';
import { runAsProgram } from './output.js';

runAsProgram(async () => {
  const { secretsFile } = loadConfiguration();
  process.stdout.write(`${secretsFile} ${openSecrets(secretsFile).fingerprint}\n`);
});
