// node scripts/run.mjs [--no-build] SCRIPT [ARGUMENTS]: prepares quietly, then runs one of our programs.
import { runProgram } from './run-program.mjs';

const parameters = process.argv.slice(2);
const build = parameters[0] !== '--no-build';
const [script, ...rest] = build ? parameters : parameters.slice(1);
await runProgram(script, rest, { build });
