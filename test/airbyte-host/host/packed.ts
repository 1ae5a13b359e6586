import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../dockerfile'

/**
 * Packs the package, and installs it in an empty folder, as its users do.
 * @returns where its bins are
 */
export function installPacked(folder: string): string {
  const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: ROOT })
  const file = String(packed).trim().split('\n').at(-1) ?? ''
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true }))
  execFileSync('npm', ['install', '--silent', '--no-audit', '--no-fund', `./${file}`], { cwd: folder })
  return join(folder, 'node_modules/.bin')
}
