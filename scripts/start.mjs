// npm start: installs what is missing, builds what has changed, starts the backbone.
import { runProgram } from './run-program.mjs';

await runProgram('dist/apps/backbone/src/main.js', process.argv.slice(2));
