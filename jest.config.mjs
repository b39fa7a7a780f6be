// Tests run on the compiled tree: what is tested is what is shipped, worker threads and package imports included.
const kinds = { unit: 'spec', integration: 'int-spec', e2e: 'e2e-spec' };

export default {
  projects: Object.entries(kinds).map(([displayName, suffix]) => ({
    displayName,
    roots: ['<rootDir>/dist'],
    testMatch: [`**/*.${suffix}.js`],
    testEnvironment: 'node',
    transform: {},
    extensionsToTreatAsEsm: [],
    modulePathIgnorePatterns: [],
  })),
  testTimeout: 60_000,
};
