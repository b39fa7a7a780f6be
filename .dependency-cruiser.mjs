// Import boundaries (docs/decisions/0021-import-boundaries-checked-twice.md): apps → libs, never app → app but from backbone; libs/domain imports nothing.
// Checked on dist/, where every alias is resolved as Node resolves it. What only types import is checked by .oxlintrc.json.
const tests = '\\.(spec|int-spec|e2e-spec)\\.js$|^dist/(apps|libs)/[^/]+/test/';

export default {
  forbidden: [
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'libs-import-no-app',
      severity: 'error',
      from: { path: '^dist/libs/' },
      to: { path: '^dist/(apps|bench)/' },
    },
    {
      name: 'app-imports-no-app',
      severity: 'error',
      from: { path: '^dist/apps/([^/]+)/', pathNot: '^dist/apps/backbone/' },
      to: { path: '^dist/(apps|bench)/', pathNot: '^dist/apps/$1/' },
    },
    {
      name: 'another-part-by-its-alias-only',
      severity: 'error',
      from: { path: '^dist/(libs|apps)/([^/]+)/' },
      // Builders and doubles of tests have no alias.
      to: { path: '^dist/(libs|apps)/', pathNot: ['^dist/$1/$2/', '/test/'], dependencyTypesNot: ['aliased'] },
    },
    {
      name: 'domain-imports-nothing',
      severity: 'error',
      from: { path: '^dist/libs/domain/', pathNot: tests },
      to: { pathNot: '^dist/libs/domain/' },
    },
    {
      name: 'tests-are-imported-by-tests-only',
      severity: 'error',
      from: { path: '^dist/', pathNot: `${tests}|^dist/bench/` },
      to: { path: tests },
    },
    {
      name: 'local-engines-are-for-tests-and-bench',
      severity: 'error',
      from: { path: '^dist/(apps|libs)/', pathNot: tests },
      to: { path: '^dist/deploy/' },
    },
    { name: 'everything-resolves', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'dependencies-are-declared',
      severity: 'error',
      from: { path: '^dist/(apps|libs)/', pathNot: tests },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev', 'npm-bundled'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    moduleSystems: ['es6'],
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['node', 'import', 'default'] },
  },
};
