import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

export const root = path.join(__dirname, '../../..')

/** The versions of the core at both ends of the range that package.json gives. */
export const CORES = { oldest: '3.158.0', newest: '3.170.0' } as const

/** A project of a user: a folder with the packed package installed, as docs/install.md says. */
export interface Project {
  folder: string
  /** Runs a script in it; gives what it wrote, and how it ended. */
  node: (script: string, variables?: NodeJS.ProcessEnv) => Promise<Ended>
  run: (command: string, args: string[], variables?: NodeJS.ProcessEnv) => Promise<Ended>
}

export interface Ended {
  code: number
  out: string
  error: string
}

/** The projects that all tests share: see set-up.ts. */
export function projectAt(name: string): Project {
  return projectIn(path.join(workFolder(), name))
}

export function workFolder(): string {
  const folder = process.env.PACKED_WORK_FOLDER
  if (!folder) throw new Error('Run these tests with npm run test:packed.')
  return folder
}

export function tarball(): string {
  return path.join(workFolder(), 'package.tgz')
}

export function makeProject(folder: string, files: Record<string, string>): Project {
  mkdirSync(folder, { recursive: true })
  for (const [file, text] of Object.entries(files)) writeFileSync(path.join(folder, file), text)
  return projectIn(folder)
}

/** Runs a package manager to its end; throws with what it said when it fails. */
export function manage(folder: string, manager: string, args: string[]): void {
  execFileSync(manager, args, { cwd: folder, stdio: 'pipe', env: outside(process.env) })
}

/** The code blocks of a language in a document. */
export function blocksOf(document: string, language: string): string[] {
  const text = readFileSync(path.join(root, document), 'utf8')
  return [...text.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, block]) => String(block))
}

function projectIn(folder: string): Project {
  const run: Project['run'] = (command, args, variables) =>
    new Promise((resolve) => {
      const env = { ...outside(process.env), ...variables }
      execFile(command, args, { cwd: folder, env }, (failure, out, error) => {
        const code = failure ? Number(failure.code ?? 1) : 0
        resolve({ code, out, error })
      })
    })
  return { folder, run, node: (script, variables) => run(process.execPath, ['--eval', script], variables) }
}

/** What npm and jest tell the programs that they run would lead a package manager back into this clone. */
function outside(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(variables).filter(
    ([name]) => !/^(npm_(?!config_registry)|INIT_CWD|NODE_ENV|JEST_)/.test(name)
  )
  return Object.fromEntries(kept)
}
