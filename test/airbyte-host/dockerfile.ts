import { cpSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

export const ROOT = resolve(__dirname, '../..')

/** What a stage of a Dockerfile says, in its order. */
export interface Stage {
  readonly base: string
  readonly name: string | undefined
  readonly steps: readonly { readonly keyword: string; readonly argument: string }[]
}

/** An image that was put together from its Dockerfile's own steps, without Docker. */
export interface AssembledImage {
  /** The files that the steps have put in place; what the base brings isn't among them. */
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
  readonly entrypoint: readonly string[]
  readonly user: string
  readonly workingDirectory: string
  readonly labels: Readonly<Record<string, string>>
}

/** How a RUN step is carried out in a stage that stands in `folder`. */
export type RunStep = (command: string, folder: string, workingDirectory: string) => void

/** @returns the Dockerfile of a source, by its name, such as `algolia-profiles` */
export function dockerfileOf(source: string): string {
  return readFileSync(join(ROOT, 'src/sources', source, 'Dockerfile'), 'utf8')
}

/** @returns the stages of a Dockerfile, in its order */
export function stagesOf(dockerfile: string): Stage[] {
  const lines = dockerfile
    .split('\n')
    .filter((line) => !/^\s*#/.test(line))
    .join('\n')
    .replace(/\\\n/g, ' ')
    .split('\n')
  const stages: (Stage & { steps: { keyword: string; argument: string }[] })[] = []
  for (const line of lines.map((text) => text.trim()).filter((text) => text !== '')) {
    const [, keyword = '', argument = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? []
    if (keyword === 'FROM') {
      const [, base = '', name] = /^(\S+)(?: AS (\S+))?$/.exec(argument) ?? []
      stages.push({ base, name, steps: [] })
    } else {
      stages.at(-1)?.steps.push({ keyword, argument })
    }
  }
  return stages
}

/**
 * Carries out the steps of a Dockerfile, each stage in a folder of its own below `into`.
 * @param run carries out what RUN says
 */
export function assemble(dockerfile: string, into: string, run: RunStep): AssembledImage {
  const folders = new Map<string | undefined, string>()
  let image: AssembledImage | undefined
  for (const [index, { name, steps }] of stagesOf(dockerfile).entries()) {
    const folder = join(into, `stage-${index}`)
    mkdirSync(folder, { recursive: true })
    image = stageOf(steps, folder, (from) => (from === undefined ? ROOT : needed(folders.get(from), from)), run)
    folders.set(name, folder)
  }
  return needed(image, 'a stage')
}

function stageOf(
  steps: Stage['steps'],
  folder: string,
  originOf: (stage: string | undefined) => string,
  run: RunStep
): AssembledImage {
  const env: Record<string, string> = {}
  const labels: Record<string, string> = {}
  let [user, workingDirectory, entrypoint]: [string, string, string[]] = ['root', '/', []]
  for (const { keyword, argument } of steps) {
    switch (keyword) {
      case 'WORKDIR':
        workingDirectory = argument
        mkdirSync(join(folder, argument), { recursive: true })
        break
      case 'COPY':
        copy(argument, folder, workingDirectory, originOf)
        break
      case 'RUN':
        run(argument, folder, workingDirectory)
        break
      case 'USER':
        user = argument
        break
      case 'ENV':
        Object.assign(env, pairsOf(argument))
        break
      case 'LABEL':
        Object.assign(labels, pairsOf(argument))
        break
      case 'ENTRYPOINT':
        entrypoint = JSON.parse(argument) as string[]
        break
      default:
        throw new Error(`The step ${keyword} isn't understood: teach it to test/airbyte-host/dockerfile.ts`)
    }
  }
  return { folder, env, entrypoint, user, workingDirectory, labels }
}

/** A COPY of several sources, or to a folder, has a last word that ends in a slash; any other names what is made. */
function copy(
  argument: string,
  folder: string,
  workingDirectory: string,
  originOf: (stage: string | undefined) => string
): void {
  const [, stage, words = ''] = /^(?:--from=(\S+) )?(.*)$/.exec(argument) ?? []
  const paths = words.split(/\s+/)
  const target = resolve('/', workingDirectory, needed(paths.pop(), 'a target'))
  const intoFolder = words.endsWith('/')
  for (const path of paths) {
    const to = join(folder, target, intoFolder ? (path.split('/').at(-1) ?? '') : '')
    mkdirSync(dirname(to), { recursive: true })
    cpSync(join(originOf(stage), path), to, { recursive: true, dereference: true })
  }
}

function pairsOf(argument: string): Record<string, string> {
  const pairs = argument.matchAll(/([\w.]+)=(?:"([^"]*)"|(\S*))/g)
  return Object.fromEntries([...pairs].map(([, key = '', quoted, bare = '']) => [key, quoted ?? bare]))
}

function needed<Value>(value: Value | undefined, what: string): Value {
  if (value === undefined) throw new Error(`There is no ${what}`)
  return value
}
