import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const CORE = '@segment/actions-core'

/** The versions of the core that the destination is tried with, as package.json's peer range has them. */
export const CORE_RANGE = { from: [3, 158], below: [4, 0] } as const

/** What stands beside the destination, for it to run on. */
export interface CoreReport {
  /** A line for each thing that was found. */
  readonly facts: readonly string[]
  /** Why the destination can't run, and what to do; nothing when it can. */
  readonly problem?: string
}

/**
 * Looks at Segment's core as the destination of this package finds it, and tries what every action needs.
 * @param file the file from which the core is looked for
 */
export function inspectCore(file: string): CoreReport {
  const from = createRequire(file)
  const path = pathOf(CORE, from)
  if (path === undefined) {
    return {
      facts: [],
      problem: `${CORE} isn't installed, and the destination runs on it: npm install ${CORE}. Sources and commands don't need it: import them from segment-algolia-personalization/source and /sync.`
    }
  }
  const version = versionAt(path)
  const facts = [`${CORE} ${version}`]
  if (!isInRange(version)) {
    return { facts, problem: `${CORE} ${version} doesn't suit: install one from 3.158.0 on, below 4.` }
  }
  const beside = createRequire(path)
  const liquidjs = pathOf('liquidjs', beside)
  if (liquidjs === undefined) {
    return { facts, problem: `${CORE} needs liquidjs without asking for it: npm install liquidjs@10.` }
  }
  facts.push(`liquidjs ${versionAt(liquidjs)}`)
  const ajv = pathOf('ajv', beside)
  const fastUri = ajv && pathOf('fast-uri', createRequire(ajv))
  const fastUriName = `fast-uri ${fastUri ? versionAt(fastUri) : '(not found)'}`
  facts.push(fastUriName)
  const thrown = tryNameWithSpace(from(CORE) as Core)
  if (thrown === undefined) return { facts }
  return {
    facts,
    problem: `Every event would fail ("${thrown}"): ${CORE} doesn't work with ${fastUriName}. Put "overrides": { "fast-uri": "3.1.5" } into your package.json (yarn: "resolutions"; pnpm: "overrides:" in pnpm-workspace.yaml), and install again; with npm, delete node_modules and package-lock.json before.`
  }
}

interface Core {
  validateSchema(value: object, schema: object, options: { schemaKey: string }): unknown
}

/** The core keeps the schema of each action under the destination's name, which newer `fast-uri` take for a bad address. */
function tryNameWithSpace(core: Core): string | undefined {
  try {
    core.validateSchema({}, { type: 'object' }, { schemaKey: 'Algolia Personalization (Actions):a try' })
    return undefined
  } catch (thrown) {
    return (thrown as Error).message
  }
}

function isInRange(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [fromMajor, fromMinor] = CORE_RANGE.from
  return (major > fromMajor || (major === fromMajor && minor >= fromMinor)) && major < CORE_RANGE.below[0]
}

function pathOf(name: string, from: NodeJS.Require): string | undefined {
  try {
    return from.resolve(name)
  } catch {
    return undefined
  }
}

/** The version of the package that a file belongs to: that of the nearest package.json above it that has one. */
function versionAt(file: string): string {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    const version = versionIn(join(folder, 'package.json'))
    if (version !== undefined) return version
  }
  return 'of unknown version'
}

function versionIn(manifest: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(manifest, 'utf8')) as { version?: string }).version
  } catch {
    return undefined
  }
}
