import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'

const built = path.join(__dirname, '../../dist/browser/index.mjs')

test('what a page loads is under 4 kB, minified and zipped, and imports nothing', () => {
  const module = readFileSync(built)
  expect(gzipSync(module, { level: 9 }).length).toBeLessThan(4_000)
  expect(String(module)).not.toMatch(/\bimport\b|\brequire\b/)
})

test('it is an ES module under its name', () => {
  const script =
    "import { algoliaToSegment } from 'segment-algolia-personalization/browser'; console.log(typeof algoliaToSegment)"
  expect(String(execFileSync(process.execPath, ['--input-type=module', '--eval', script]))).toBe('function\n')
})
