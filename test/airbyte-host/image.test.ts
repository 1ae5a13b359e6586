import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { assemble, type AssembledImage, dockerfileOf, ROOT, stagesOf } from './dockerfile'
import { SOURCES } from './sources'

const { version, scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  version: string
  scripts: { build: string }
}

/** What Airbyte mounts volumes over, in one container or another, hiding what an image has there. */
const MOUNTED_OVER = ['/source', '/dest', '/config']

describe.each(SOURCES)('the image of $name', ({ name }) => {
  const dockerfile = dockerfileOf(name)
  let folder: string
  let image: AssembledImage
  /** What the last stage runs as root; it is carried out for real by `npm run test:airbyte`. */
  const setUp: string[] = []
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'image-'))
    image = assemble(dockerfile, folder, (command, stage, workingDirectory) => {
      const made = { 'npm ci': 'node_modules', 'npm run build': 'dist' }[command]
      if (made === undefined) setUp.push(command)
      // What these two make stands in the clone already.
      else linkFromClone(made, join(stage, workingDirectory))
    })
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  test('starts from a small base whose version is pinned, and that has a Node that is still looked after', () => {
    for (const { base } of stagesOf(dockerfile)) expect(base).toMatch(/^node:(22|24)\.\d+\.\d+-\w+-slim$/)
  })

  test('has nothing where Airbyte mounts volumes, in any stage', () => {
    expect(dockerfile.replace(/^#.*$/gm, '')).not.toMatch(/(?<![\w/])\/(source|dest|config)\b/)
    for (const path of MOUNTED_OVER) expect(existsSync(join(image.folder, path))).toBe(false)
  })

  test('runs as the user airbyte, who has the directory /airbyte', () => {
    expect(image.user).toBe('airbyte')
    expect(setUp.join('\n')).toMatch(/--login airbyte/)
    expect(setUp.join('\n')).toMatch(/--owner=airbyte \S+ \/airbyte$/)
  })

  test('tells the platform its entry point, the same as its own, with an absolute path', () => {
    expect(image.env.AIRBYTE_ENTRYPOINT).toBe(image.entrypoint.join(' '))
    const path = image.entrypoint.at(-1)
    expect(image.entrypoint[0]).toBe('node')
    expect(path).toMatch(/^\//)
    expect(existsSync(join(image.folder, String(path)))).toBe(true)
  })

  test('takes no more memory than it needs, as the benchmark of memory has measured it', () => {
    const { AS_IN_IMAGE } = jest.requireActual<{ AS_IN_IMAGE: { flags: string[]; env: Record<string, string> } }>(
      '../../bench/source-command'
    )
    expect(image.entrypoint.slice(1, -1)).toEqual(AS_IN_IMAGE.flags)
    expect(image.env).toMatchObject(AS_IN_IMAGE.env)
  })

  test('copies what the build needs before it builds', () => {
    for (const [file] of scripts.build.matchAll(/[\w.-]+\/[\w./-]+|tsconfig[\w.]*json/g)) {
      expect(existsSync(join(folder, 'stage-0/build', file))).toBe(true)
    }
  })

  test('carries its name and the version of the package', () => {
    expect(image.labels).toEqual({ 'io.airbyte.name': `source-${name}`, 'io.airbyte.version': version })
  })

  test('holds all that the command line needs, down to the HTTP client', () => {
    const [, ...flags] = image.entrypoint.slice(0, -1)
    const path = image.entrypoint.at(-1)
    const run = (...commandLine: string[]) =>
      spawnSync(process.execPath, [...flags, join(image.folder, String(path)), ...commandLine], {
        encoding: 'utf8',
        cwd: folder,
        env: {}
      })
    const spec = run('spec')
    expect(spec.stderr).toBe('')
    expect(JSON.parse(spec.stdout)).toHaveProperty('type', 'SPEC')
    const transport = join(image.folder, 'opt/source/dist/algolia/api/transport.js')
    const loaded = spawnSync(process.execPath, ['-e', `require(${JSON.stringify(transport)})`])
    expect(String(loaded.stderr)).toBe('')
  })
})

describe.each(SOURCES)('the metadata of $name', ({ name, hosts, streams }) => {
  const metadata = readFileSync(join(ROOT, 'src/sources', name, 'metadata.yaml'), 'utf8')

  test('has the version of the package and the name of the image', () => {
    expect(metadata).toContain(`dockerImageTag: ${version}\n`)
    expect(metadata).toContain(`dockerRepository: source-${name}\n`)
  })

  test('allows the hosts of all regions, and no other', () => {
    const allowed = [...metadata.matchAll(/^ +- (\S+\.algolia\.(?:com|io))$/gm)].map(([, host]) => host)
    expect(allowed).toEqual(hosts)
  })

  test('names an icon that is there, and streams that there are', () => {
    const icon = /icon: (\S+)/.exec(metadata)?.[1] ?? ''
    expect(readFileSync(join(ROOT, 'src/sources', name, icon), 'utf8')).toMatch(/^<svg /)
    const [, suggested = ''] = /suggestedStreams:\n +streams:\n((?: +- \S+\n?)+)/.exec(metadata) ?? []
    for (const [, stream] of suggested.matchAll(/- (\S+)/g)) expect(streams).toContain(stream)
  })
})

test('the Dockerfiles of all sources differ in the name of the source alone', () => {
  const alike = SOURCES.map(({ name }) => dockerfileOf(name).replaceAll(name, 'NAME'))
  expect(new Set(alike).size).toBe(1)
})

test('every source has an image and metadata', () => {
  expect(readdirSync(join(ROOT, 'src/sources')).filter((entry) => !/\./.test(entry))).toEqual(
    SOURCES.map(({ name }) => name)
  )
})

function linkFromClone(made: string, workingDirectory: string): void {
  symlinkSync(join(ROOT, made), join(workingDirectory, made))
}
