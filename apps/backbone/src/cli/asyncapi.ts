/** Prints the AsyncAPI document of the topics: `npm run -s asyncapi > docs/asyncapi.json`. */
import { runAsProgram } from '#platform/program.js';
import { topicsDocument } from '../topics-document.js';

runAsProgram(async () => void process.stdout.write(`${JSON.stringify(topicsDocument(), undefined, 2)}\n`));
