/** Prints one token and nothing else: `npm run -s token -- --as station --facility 08Z11`. */
import { loadConfiguration } from '#platform/configuration.js';
import { openSecrets } from '#security/secrets.js';
import { TokenIssuer } from '#security/token-issuer.js';
import { runAsProgram } from './output.js';
import { parseTokenRequest, tokenUsage } from './token-request.js';

runAsProgram(async () => {
  const request = parseTokenRequest(process.argv.slice(2));
  if (request === 'help') {
    process.stdout.write(`${tokenUsage}\n`);
    return;
  }
  const { secretsFile } = loadConfiguration();
  process.stdout.write(`${await new TokenIssuer(openSecrets(secretsFile)).issue(request)}\n`);
});
