import { readFileSync } from 'node:fs'
import path from 'node:path'
import { version } from '../../../package.json'
import definition from '../../../src/destinations/algolia-personalization'
import { VERSION } from '../../../src/destinations/algolia-personalization/constants'

const { FOLDER, generateTypes } = jest.requireActual<{
  FOLDER: string
  generateTypes: (destination: unknown) => Promise<Record<string, string>>
}>('../../../scripts/generate-types.js')
const { generateMetadata } = jest.requireActual<{ generateMetadata: (destination: unknown) => string }>(
  '../../../scripts/generate-metadata.js'
)

test('the generated types are those of the field definitions: if not, run npm run types', async () => {
  for (const [file, text] of Object.entries(await generateTypes(definition))) {
    expect(readFileSync(path.join(FOLDER, file), 'utf8')).toBe(text)
  }
})

test('no label of a field inside a list becomes a type: Segment’s command line leaves them out there, too', async () => {
  const texts = Object.values(await generateTypes(definition))
  expect(texts.some((text) => /\{\n\s+\/\*\*[^}]*queryID\?: string/.test(text))).toBe(true)
  for (const text of texts) expect(text).not.toContain('export type')
})

test('metadata.json is that of the definition: if not, run npm run metadata', () => {
  expect(readFileSync(path.join(FOLDER, 'metadata.json'), 'utf8')).toBe(generateMetadata(definition))
})

test('the version that Algolia is told is that of the package', () => {
  expect(VERSION).toBe(version)
})
