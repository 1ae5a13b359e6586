import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const root = join(__dirname, '../../..')

/** Where Segment's repository keeps its destinations. */
const FOLDER = 'packages/destination-actions/src/destinations/algolia-personalization'

it('the folder compiles when it is copied alone, with nothing but the host’s core beside it', async () => {
  const host = await mkdtemp(join(tmpdir(), 'host-'))
  try {
    await cp(join(root, 'src/destinations/algolia-personalization'), join(host, FOLDER), { recursive: true })
    for (const name of ['@segment/actions-core', '@types/node']) {
      await mkdir(dirname(join(host, 'node_modules', name)), { recursive: true })
      await symlink(join(root, 'node_modules', name), join(host, 'node_modules', name), 'junction')
    }
    const compilerOptions = {
      target: 'ES2022',
      module: 'CommonJS',
      moduleResolution: 'Node10',
      esModuleInterop: true,
      strict: true,
      skipLibCheck: true,
      resolveJsonModule: true,
      types: ['node'],
      noEmit: true
    }
    await writeFile(join(host, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['packages'] }))
    const output = await new Promise<string>((resolve) => {
      const compiler = join(root, 'node_modules/typescript/bin/tsc')
      execFile(process.execPath, [compiler, '-p', host], (_, stdout, stderr) => resolve(stdout + stderr))
    })
    expect(output).toBe('')
  } finally {
    await rm(host, { recursive: true, force: true })
  }
}, 60_000)
