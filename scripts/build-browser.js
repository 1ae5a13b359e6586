/**
 * Makes of what the compiler wrote to dist/browser the ES module that pages load: one small file, and its types under the
 * extension that goes with it. Part of `npm run build`.
 */
const fs = require('node:fs')
const path = require('node:path')
const { buildSync } = require('esbuild')

const OUTPUT = path.join(__dirname, '../dist/browser')

buildSync({
  entryPoints: [path.join(__dirname, '../src/browser/index.ts')],
  outfile: path.join(OUTPUT, 'index.mjs'),
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  sourcemap: true,
  sourcesContent: true
})

for (const file of fs.readdirSync(OUTPUT).filter((name) => name.endsWith('.d.ts'))) {
  const types = fs.readFileSync(path.join(OUTPUT, file), 'utf8')
  const asModule = types.replace(/(from '|import\(")(\.\/[\w-]+)(?=['"])/g, '$1$2.mjs')
  fs.writeFileSync(path.join(OUTPUT, file.replace(/\.d\.ts$/, '.d.mts')), asModule)
}
