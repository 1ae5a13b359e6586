import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { Reply, type Routes } from './call'

/** The page as the build lays it out, with the module that it needs beside it: from the sources too, as tests run them. */
const FOLDER = path.join(__dirname, '../../../dist/workbench/page')

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml'
}

/** @returns a route for each file of the page, under `/page/`: what isn't in here isn't served. */
export function pageFileRoutes(): Routes {
  const names = (readdirSync(FOLDER, { recursive: true }) as string[]).filter((name) => path.extname(name) in TYPES)
  return Object.fromEntries(
    names.map((name) => {
      const reply = pageFile(name)
      return [`GET /page/${name.split(path.sep).join('/')}`, () => reply]
    })
  )
}

/** @returns the answer with a file of the page. */
export function pageFile(name: string, status = 200): Reply {
  const type = TYPES[path.extname(name)] ?? 'application/octet-stream'
  return new Reply(status, readFileSync(path.join(FOLDER, name)), { 'content-type': type })
}
