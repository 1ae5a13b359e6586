import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The package's version: its manifest stands a directory above, in a clone, where it is installed, and in the image. */
export function packageVersion(): string {
  return (JSON.parse(readFileSync(join(__dirname, '../package.json'), 'utf8')) as { version: string }).version
}
