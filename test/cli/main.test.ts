import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { COMMANDS } from '../../src/cli/commands'

const root = join(__dirname, '../..')

/** Runs the built command line. */
function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [join(root, 'dist/cli/main.js'), ...args], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr })
    })
  })
}

describe('the program', () => {
  it('lists its commands, and answers --help and --version with 0', async () => {
    const help = await run('--help')
    expect(help.code).toBe(0)
    for (const { name } of COMMANDS) expect(help.stdout).toMatch(new RegExp(`^  ${name}\\b`, 'm'))
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
    expect(await run('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
  })

  it.each(COMMANDS.map(({ name }) => [name]))('shows the options of %s, also by help', async (name) => {
    const [help, byHelp] = [await run(name, '--help'), await run('help', name)]
    expect(help.code).toBe(0)
    expect(help.stdout).toMatch(/^ +--|^Commands:/m)
    expect(byHelp).toEqual(help)
  })

  it.each([[[]], [['no-such-command']], [['sync', '--no-such-flag']], [['sync', 'argument']]])(
    'ends with 1 and writes nothing to standard output for %j',
    async (args) => {
      const { code, stdout, stderr } = await run(...args)
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
      expect(stderr).not.toBe('')
    }
  )

  it('does not repeat the value of a flag that there is not, as it may be a secret', async () => {
    const { stderr } = await run('sync', '--api-key=a-secret')
    expect(stderr).toContain("unknown option '--api-key'")
    expect(stderr).not.toContain('a-secret')
  })

  const shell = (script: string): Promise<{ code: number; stderr: string }> =>
    new Promise((resolve) => {
      const env = { ...process.env, NODE: process.execPath, MAIN: join(root, 'dist/cli/main.js') }
      execFile('sh', ['-c', script], { env }, (error, _, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stderr })
      })
    })

  it.each(['host', '--help', 'doctor --help'])('%s says nothing when its reader has had enough', async (args) => {
    // The reader is gone before anything is written.
    expect(await shell(`"$NODE" "$MAIN" ${args} | true`)).toEqual({ code: 0, stderr: '' })
  })

  // Linux has a disk that is always full.
  if (existsSync('/dev/full')) {
    it.each(['host', 'doctor', '--help'])('%s ends with 2 when its result can not be written', async (args) => {
      const { code, stderr } = await shell(`"$NODE" "$MAIN" ${args} > /dev/full`)
      expect(code).toBe(2)
      expect(stderr).toContain('ENOSPC')
      expect(stderr).not.toContain('    at ')
    })
  }

  it('loads no command but the one that is called', async () => {
    const script = `process.argv.push('main', '--version'); require('./dist/cli/main.js'); process.on('exit', () => console.error(Object.keys(require.cache).join()))`
    const { stderr } = await new Promise<{ stderr: string }>((resolve) => {
      execFile(process.execPath, ['--eval', script], { cwd: root }, (_, __, stderr) => resolve({ stderr }))
    })
    expect(stderr).toContain('commander')
    for (const other of ['undici', 'zod', 'classic-level', 'cli-progress']) expect(stderr).not.toContain(other)
  })
})
