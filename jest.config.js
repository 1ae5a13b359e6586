/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: 'tsconfig.json', diagnostics: false }] },
  // The browser tests need a browser: they have a configuration of their own.
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/browser/'],
  // Two cores are what a small CI machine has; tests that spawn the command line bring processes of their own.
  maxWorkers: 2,
  testTimeout: 30_000
}
