/**
 * Tests of what users install: the packed package, in projects of its own, with the package managers that people use.
 * They need a package registry, and so are not part of `npm test`.
 *
 * @type {import('jest').Config}
 */
module.exports = {
  ...require('./jest.config.js'),
  roots: ['<rootDir>/test/packed'],
  testPathIgnorePatterns: ['/node_modules/'],
  globalSetup: '<rootDir>/test/packed/support/set-up.ts',
  globalTeardown: '<rootDir>/test/packed/support/tear-down.ts',
  testTimeout: 300_000
}
