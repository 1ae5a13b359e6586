/**
 * Tests of the workbench's page in a real Chromium, which has to be installed: see CONTRIBUTING. They are not part of
 * `npm test`. The environment variable `CHROMIUM` names the browser, if it isn't /usr/bin/chromium.
 *
 * @type {import('jest').Config}
 */
module.exports = {
  ...require('./jest.config.js'),
  roots: ['<rootDir>/test/browser'],
  testPathIgnorePatterns: ['/node_modules/'],
  maxWorkers: 1,
  testTimeout: 60_000
}
