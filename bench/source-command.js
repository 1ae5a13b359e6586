/** The source as a platform runs it: its command line, with files. */
const fs = require('node:fs/promises')
const os = require('node:os')
const path = require('node:path')
const { CREDENTIALS } = require('./processes')

const COMMAND = 'dist/sources/algolia-profiles/cli.js'

/** How a record begins, in the source's output. */
const RECORD = '{"type":"RECORD"'

/** How the image starts Node, so that it takes no more memory than it needs: see the source's Dockerfile. */
const AS_IN_IMAGE = {
  flags: ['--max-semi-space-size=4', '--heap-growing-percent=10'],
  env: { MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '131072' }
}

/**
 * Runs `use` with the command that reads some streams; the files that it names are removed afterwards.
 * @param {string[]} streams
 * @param {object} config on top of the credentials
 * @param {(command: string[]) => Promise<Result>} use
 * @returns {Promise<Result>}
 * @template Result
 */
async function withReadCommand(streams, config, use) {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'bench-'))
  try {
    const file = async (name, content) => {
      await fs.writeFile(path.join(folder, name), JSON.stringify(content))
      return path.join(folder, name)
    }
    const configured = { sync_mode: 'full_refresh', destination_sync_mode: 'overwrite' }
    const catalog = { streams: streams.map((name) => ({ stream: { name }, ...configured })) }
    return await use([
      ...[COMMAND, 'read'],
      ...['--config', await file('config.json', { ...CREDENTIALS, region: 'us', ...config })],
      ...['--catalog', await file('catalog.json', catalog)]
    ])
  } finally {
    await fs.rm(folder, { recursive: true })
  }
}

module.exports = { AS_IN_IMAGE, COMMAND, RECORD, withReadCommand }
