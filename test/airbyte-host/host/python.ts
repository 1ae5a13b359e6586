import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Pythons that PyAirbyte runs on, the preferred first; `PYTHON` names another. */
const PYTHONS = ['python3.12', 'python3.11', 'python3.10', 'python3']
const PROBE = 'import sys, venv, ensurepip; sys.exit(0 if (3, 10) <= sys.version_info < (3, 13) else 1)'

/** Environments are kept from run to run: to make one takes a minute or two. */
const CACHE = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'segment-algolia-personalization')

/**
 * Makes a Python environment with what a file of requirements in this folder names, unless there is one already.
 * @returns its interpreter
 */
export function pythonWith(requirements: string): string {
  const file = join(__dirname, requirements)
  const python = pythonOfThisMachine()
  const version = String(execFileSync(python, ['--version']))
  const key = createHash('sha256').update(readFileSync(file)).update(version).digest('hex').slice(0, 12)
  const folder = join(CACHE, `python-${key}`)
  const complete = join(folder, 'complete')
  const interpreter = join(folder, 'bin/python')
  if (existsSync(complete)) return interpreter
  rmSync(folder, { recursive: true, force: true })
  execFileSync(python, ['-m', 'venv', folder])
  execFileSync(interpreter, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', file], {
    stdio: ['ignore', 'ignore', 'inherit']
  })
  writeFileSync(complete, '')
  return interpreter
}

function pythonOfThisMachine(): string {
  const { PYTHON } = process.env
  const found = (PYTHON === undefined ? PYTHONS : [PYTHON]).find((python) => {
    try {
      execFileSync(python, ['-c', PROBE], { stdio: 'ignore' })
      return true
    } catch {
      return false
    }
  })
  if (found === undefined) {
    throw new Error(
      'PyAirbyte needs Python 3.10, 3.11 or 3.12 with venv (Debian: apt-get install python3-venv). PYTHON names it.'
    )
  }
  return found
}
