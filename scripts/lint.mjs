import * as checks from './checks.mjs';

const results = [checks.lint('.'), checks.format(), checks.boundaries()];
process.exit(results.every(Boolean) ? 0 : 1);
