// npm run contracts: the contract suites on every engine that is here, as a table engine × guarantee.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { contractTable } from './contract-table.js';
import { guaranteeSections } from './guarantees.js';
import { runSuites } from './run-suites.js';
import { tableMarkdown, tableText } from './table-text.js';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const { values } = parseArgs({ options: { json: { type: 'string' }, markdown: { type: 'string' } } });

const suites = [...new Set(guaranteeSections.flatMap((section) => section.suites))];
const table = contractTable(await runSuites(suites, root), guaranteeSections);
process.stdout.write(`${tableText(table)}\n`);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(table, undefined, 2)}\n`);
if (values.markdown !== undefined) writeFileSync(values.markdown, tableMarkdown(table));
process.exitCode = table.failings.length === 0 ? 0 : 1;
