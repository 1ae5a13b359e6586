import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { projectAt, root } from './support/projects'

const PACKAGE = 'segment-algolia-personalization'
const { exports: entries } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  exports: Record<string, { default: string } | string>
}

/** What a consumer writes. Each line below a `@ts-expect-error` must not compile: with the types lost it would. */
const consumer = `
import { Destination } from '@segment/actions-core'
import { algoliaPersonalization } from '${PACKAGE}'
import destination from '${PACKAGE}/destination'
import { read, browseProfiles } from '${PACKAGE}/source'
import { syncProfiles } from '${PACKAGE}/sync'
import { ruleContextsOf } from '${PACKAGE}/contexts'

export const hosts = [new Destination(algoliaPersonalization), new Destination(destination)]
export const name: string = destination.name
// @ts-expect-error
export const a: number = algoliaPersonalization
// @ts-expect-error
export const b: number = destination
// @ts-expect-error
export const c: number = read
// @ts-expect-error
export const d: number = browseProfiles
// @ts-expect-error
export const e: number = syncProfiles
// @ts-expect-error
export const f: number = ruleContextsOf
// @ts-expect-error
export const g = destination.actions.syncAudience.titel
`

/** Each entry point that there is, as a whole; but for ES modules, which a CommonJS file can't import. */
function everything(extension: string): string {
  return Object.entries(entries)
    .filter(([, entry]) => typeof entry === 'object' && !(extension === '.cts' && entry.default.endsWith('.mjs')))
    .map(([entry], index) => {
      const load = `import * as entry${index} from '${PACKAGE}${entry.slice(1)}'`
      return `${load}\n// @ts-expect-error\nexport const is${index}: number = entry${index}\n`
    })
    .join('')
}

describe.each([
  ['node16', 'node16', '.mts'],
  ['node16', 'node16', '.cts'],
  ['nodenext', 'nodenext', '.mts'],
  ['nodenext', 'nodenext', '.cts'],
  ['bundler', 'esnext', '.ts']
])('a strict consumer with the module resolution %s (%s, %s)', (moduleResolution, module, extension) => {
  test.each(['newest-core', 'oldest-core'])('sees the types of each entry point, on the %s', async (name) => {
    const { folder, run } = projectAt(name)
    const files = `types-${moduleResolution}-${extension.slice(1)}`
    mkdirSync(path.join(folder, files), { recursive: true })
    writeFileSync(path.join(folder, files, `consumer${extension}`), consumer)
    writeFileSync(path.join(folder, files, `everything${extension}`), everything(extension))
    const compilerOptions = {
      module,
      moduleResolution,
      target: 'es2022',
      lib: ['es2023', 'dom'],
      strict: true,
      noEmit: true,
      esModuleInterop: true,
      skipLibCheck: false,
      types: ['node'],
      typeRoots: [path.join(root, 'node_modules/@types')]
    }
    const config = path.join(folder, files, 'tsconfig.json')
    writeFileSync(config, JSON.stringify({ compilerOptions, include: [`*${extension}`] }))
    const { out } = await run(process.execPath, [path.join(root, 'node_modules/typescript/bin/tsc'), '-p', config])
    expect(out).toBe('')
  })
})
