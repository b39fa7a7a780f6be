export { fail, reasonOf, runAsProgram, WrongUse } from '#platform/program.js';
