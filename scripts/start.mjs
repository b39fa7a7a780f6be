// npm start: installs what is missing, builds what has changed, starts the backbone; npm run start:commune …: one service apart.
import { runProgram } from './run-program.mjs';

const apart = ['commune', 'record', 'district', 'province'];
const [first = '', ...rest] = process.argv.slice(2);
if (apart.includes(first)) await runProgram(`dist/apps/${first}/src/main.js`, rest);
else await runProgram('dist/apps/backbone/src/main.js', process.argv.slice(2));
