/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: 'tsconfig.json', diagnostics: false }] },
  // Tests with a browser, a package registry or Airbyte's hosts need more than Node: they have configurations of their own.
  testPathIgnorePatterns: [
    '/node_modules/',
    '<rootDir>/test/browser/',
    '<rootDir>/test/packed/',
    '<rootDir>/test/airbyte-host/host/'
  ],
  // Two cores are what a small CI machine has; tests that spawn the command line bring processes of their own.
  maxWorkers: 2,
  testTimeout: 30_000
}
