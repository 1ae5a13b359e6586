import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AirbyteMessage, messageSchema } from '../../../src/airbyte/protocol'
import { withLocalAlgolia } from '../../support/local-algolia'
import { assemble, type AssembledImage, dockerfileOf } from '../dockerfile'
import { type HostedSource, SOURCES } from '../sources'

/** Mounting takes root. */
const AS_ROOT = process.getuid?.() === 0 ? [] : ['sudo', '-n', '--preserve-env']
const IN_IMAGE = [...AS_ROOT, 'unshare', '--mount', 'sh', join(__dirname, 'in-image.sh')] as const

/** What the platform mounts empty volumes over, and where each of its containers works. */
const VOLUMES = '/source /dest /config'

/** What the platform's source container runs: its output goes through named pipes. */
const commandOf = (commandLine: string): string => `
  pipes=$(mktemp -d) && mkfifo $pipes/stdout $pipes/stderr
  cat $pipes/stdout & cat $pipes/stderr >&2 &
  (eval "$AIRBYTE_ENTRYPOINT ${commandLine}" 2> $pipes/stderr > $pipes/stdout)
  status=$?; wait; exit $status`
const READ = 'read --config source_config.json --catalog source_catalog.json --state input_state.json'

let folder: string
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'platform-'))))
afterAll(() => asRoot('rm', '-rf', folder))

describe.each(SOURCES)(
  'the image of $name, put together from its Dockerfile and run as the platform does',
  (source) => {
    let image: AssembledImage
    beforeAll(() => (image = built(dockerfileOf(source.name), `image-${source.name}`)), 300_000)

    test('reads every stream in the directory /source, with empty volumes over /source, /dest and /config', async () => {
      const { exitCode, stderr, messages } = await runs(image, source, '/source', READ)
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
      const streams = messages.flatMap((message) => (message.type === 'RECORD' ? [message.record.stream] : []))
      expect([...new Set(streams)].sort()).toEqual([...source.streams].sort())
      expect(messages.filter(({ type }) => type === 'STATE').length).toBeGreaterThan(0)
    })

    test.each(['/', '/config', '/dest', '/tmp', '/airbyte'])('answers from the directory %s', async (directory) => {
      const { exitCode, messages } = await runs(image, source, directory, 'check --config source_config.json')
      expect({ exitCode, messages }).toMatchObject({
        exitCode: 0,
        messages: [{ type: 'CONNECTION_STATUS', connectionStatus: { status: 'SUCCEEDED' } }]
      })
    })

    test('runs as the user airbyte, who can write to /airbyte, and not to the code', () => {
      const code = String(image.entrypoint.at(-1))
      const said = asUser(
        image,
        `id -un; id -u; stat -c %U /airbyte; touch /airbyte/file && echo writes; test -w ${code} || echo code is safe`
      )
      expect(said.split('\n')).toEqual(['airbyte', '1000', 'airbyte', 'writes', 'code is safe', ''])
    })

    test('would not read with its code in /source', async () => {
      const hidden = built(dockerfileOf(source.name).replaceAll('/opt/source', '/source'), `hidden-${source.name}`)
      const { exitCode, stderr } = await runs(hidden, source, '/source', READ)
      expect(exitCode).not.toBe(0)
      expect(stderr).toContain('Cannot find module')
    }, 300_000)
  }
)

/** Where `npm` made something first: all sources are built alike, so that it is made once. */
const made = new Map<string, string>()

/** Carries out every step of a Dockerfile: what the build stage runs in its folder, what the last one runs in the image. */
function built(dockerfile: string, name: string): AssembledImage {
  return assemble(dockerfile, join(folder, name), (command, stage, workingDirectory) => {
    const product = { 'npm ci': 'node_modules', 'npm run build': 'dist' }[command]
    if (product === undefined) {
      const [program, ...words] = IN_IMAGE
      execFileSync(program, [...words, stage, 'root', workingDirectory, command])
      return
    }
    const here = join(stage, workingDirectory)
    const first = made.get(product)
    if (first === undefined) execFileSync('sh', ['-c', `${command} --silent`], { cwd: here })
    else symlinkSync(first, join(here, product))
    made.set(product, first ?? join(here, product))
  })
}

async function runs(image: AssembledImage, source: HostedSource, directory: string, commandLine: string) {
  return withLocalAlgolia({ profiles: 50, rateLimit: false, analyticsRateLimit: false }, async ({ urls }) => {
    const files = mkdtempSync(join(folder, 'files-'))
    const streams = source.streams.map((name) => ({ stream: { name, json_schema: {} }, sync_mode: 'incremental' }))
    const contents = { source_config: source.config, source_catalog: { streams }, input_state: [] }
    for (const [name, content] of Object.entries(contents)) {
      writeFileSync(join(files, `${name}.json`), JSON.stringify(content))
    }
    const [program, ...words] = IN_IMAGE
    const child = spawn(program, [...words, image.folder, image.user, directory, commandOf(commandLine)], {
      env: {
        PATH: process.env.PATH,
        ...image.env,
        [source.origin]: urls[source.api],
        MOUNTED_OVER: VOLUMES,
        FILES: files
      },
      stdio: ['ignore', 'pipe', 'pipe']
    })
    const output = { stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
    const [exitCode] = (await once(child, 'close')) as [number]
    const lines = output.stdout.split('\n').slice(0, -1)
    const messages = lines.map((line): AirbyteMessage => messageSchema.parse(JSON.parse(line)))
    return { exitCode, stderr: output.stderr, messages }
  })
}

function asUser(image: AssembledImage, command: string): string {
  const [program, ...words] = IN_IMAGE
  return String(execFileSync(program, [...words, image.folder, image.user, image.workingDirectory, command]))
}

function asRoot(...command: string[]): void {
  const [program = '', ...words] = [...AS_ROOT, ...command]
  execFileSync(program, words)
}
