/**
 * Lays out the workbench's page in dist/workbench/page: the files without their comments, which are for readers of the
 * sources, and beside them the one module that they need, Preact with htm, copied from the package `htm` with its licences.
 * Part of `npm run build`.
 */
const fs = require('node:fs')
const path = require('node:path')
const { transformSync } = require('esbuild')

const SOURCE = path.join(__dirname, '../src/workbench/page')
const OUTPUT = path.join(__dirname, '../dist/workbench/page')
const modules = path.join(__dirname, '../node_modules')
const read = (file) => fs.readFileSync(path.join(modules, file), 'utf8')

fs.rmSync(OUTPUT, { recursive: true, force: true })
fs.cpSync(SOURCE, OUTPUT, { recursive: true, filter: (file) => !file.endsWith('.d.mts') })

const files = fs.readdirSync(OUTPUT, { recursive: true }).filter((file) => /\.(mjs|css)$/.test(file))
for (const file of files.map((name) => path.join(OUTPUT, name))) {
  const loader = file.endsWith('.css') ? 'css' : 'js'
  const { code } = transformSync(fs.readFileSync(file, 'utf8'), { loader, minifyWhitespace: true, target: 'esnext' })
  fs.writeFileSync(file, code)
}

const vendor = path.join(OUTPUT, 'vendor')
fs.mkdirSync(vendor, { recursive: true })
const { version } = JSON.parse(read('htm/package.json'))
const header = `/* htm ${version} (Apache-2.0) with Preact (MIT), in one module. Their licences are in LICENSES beside it. */\n`
fs.writeFileSync(path.join(vendor, 'preact.mjs'), header + read('htm/preact/standalone.module.js'))
fs.writeFileSync(path.join(vendor, 'LICENSES'), `Preact:\n\n${read('preact/LICENSE')}\n\nhtm:\n${read('htm/LICENSE')}`)
