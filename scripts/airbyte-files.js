/**
 * Writes what Airbyte's acceptance tests compare each source with: its spec, and a catalog that selects all of its streams.
 * `npm run airbyte-files`; stale ones fail `npm test`.
 */
const fs = require('node:fs')
const path = require('node:path')

const ROOT = path.join(__dirname, '..')

/** @returns the files of a source by their path below its folder, as texts */
function filesOf(name) {
  const { spec, discover } = require(path.join(ROOT, 'dist/sources', name, 'source.js'))
  const streams = discover().catalog.streams.map((stream) => ({
    stream,
    sync_mode: 'incremental',
    destination_sync_mode: 'append_dedup',
    cursor_field: stream.default_cursor_field,
    primary_key: stream.source_defined_primary_key
  }))
  const text = (content) => `${JSON.stringify(content, null, 2)}\n`
  return {
    'integration_tests/spec.json': text(spec().spec),
    'integration_tests/configured_catalog.json': text({ streams })
  }
}

module.exports = { filesOf }

if (require.main === module) {
  for (const name of fs.readdirSync(path.join(ROOT, 'src/sources')).filter((entry) => !entry.includes('.'))) {
    for (const [file, text] of Object.entries(filesOf(name))) {
      const target = path.join(ROOT, 'src/sources', name, file)
      fs.mkdirSync(path.dirname(target), { recursive: true })
      fs.writeFileSync(target, text)
    }
  }
}
