/**
 * Tests with hosts as people run them: Airbyte's container, without Docker, and PyAirbyte. They need Linux, root or sudo, and
 * Python 3.10-3.12 with venv: see CONTRIBUTING. They are not part of `npm test`.
 *
 * @type {import('jest').Config}
 */
module.exports = {
  ...require('./jest.config.js'),
  roots: ['<rootDir>/test/airbyte-host/host'],
  testPathIgnorePatterns: ['/node_modules/'],
  maxWorkers: 1,
  testTimeout: 120_000
}
