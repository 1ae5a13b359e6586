import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** A file of the page, as it is served. */
export interface PageFile {
  readonly content: Buffer
  readonly type: string
}

/** The page stands in the sources as it is served: it needs no build, and so isn't copied to where this is compiled to. */
const FOLDER = path.join(__dirname, '../../src/workbench/page')

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml'
}

/** @returns the page's files by name: what isn't in here isn't served. */
export function readPageFiles(): ReadonlyMap<string, PageFile> {
  return new Map(
    readdirSync(FOLDER).map((name) => [
      name,
      { content: readFileSync(path.join(FOLDER, name)), type: TYPES[path.extname(name)] ?? 'application/octet-stream' }
    ])
  )
}
