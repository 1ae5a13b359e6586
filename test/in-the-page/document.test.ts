import { readFileSync } from 'node:fs'
import path from 'node:path'

const read = (file: string) => readFileSync(path.join(__dirname, '../..', file), 'utf8')

test("the set-up in the documents is what the shop's page runs, and that is tested in a browser", () => {
  const page = read('scripts/shop-page/page.mjs')
  const [, setUp = ''] = /## Set it up\s+```js\n([\s\S]*?)```/.exec(read('docs/in-the-page.md')) ?? []
  const lines = setUp.split('\n').filter((line) => line.trim() !== '')
  expect(lines.length).toBeGreaterThan(8)
  // There the options and the consent are settings.
  const plain = page
    .replace('{ analytics, aa, identity, typingPause }', '{ analytics, aa }')
    .replace('if (!askFirst) ', '')
  expect(lines.filter((line) => !plain.split('\n').includes(line))).toEqual([])
})
