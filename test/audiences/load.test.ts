import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { loadList, type LoadedList, type LoadOptions } from '../../src/audiences/load'

let folder: string
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'list-'))))
afterAll(() => rm(folder, { recursive: true }))

const tokens = ['a1', 'b2', 'c3', 'd4']
const csv = ['user_token,audience', ...tokens.map((token) => `${token},vip`)].join('\n')
const jsonl = [...tokens, 'no-member']
  .map((user_token) => JSON.stringify({ user_token, audience: 'vip', member: user_token !== 'no-member' }))
  .join('\n')

async function load(content: string | Buffer, name: string, options: Partial<LoadOptions> = {}): Promise<LoadedList> {
  const path = join(folder, name)
  await writeFile(path, content)
  return loadList({
    path,
    stdin: Readable.from([]),
    tokenColumn: 'user_token',
    audienceColumn: 'audience',
    memberColumn: 'member',
    complete: [],
    retire: [],
    now: Date.now(),
    warn: () => undefined,
    ...options
  })
}

function membersOf({ list }: LoadedList): string[] {
  return [...list.userTokens()].filter((token) => list.wantedOf(token)?.get(list.audiences.indexOf('vip')))
}

describe('a list is read', () => {
  test.each<[string, string | Buffer, string, Partial<LoadOptions>]>([
    ['as CSV', csv, 'list.csv', {}],
    [
      'with other names of columns',
      csv.replace('user_token,audience', 'who,what'),
      'list.csv',
      { tokenColumn: 'who', audienceColumn: 'what' }
    ],
    ['as tokens alone', ['user_token', ...tokens].join('\r\n'), 'list', { audience: 'vip' }],
    [
      'with a byte order mark, quotes and more columns',
      `\uFEFF"user_token",other,audience\n${tokens.map((token) => `"${token}","a ""b"", c",vip`).join('\n')}\n`,
      'list.csv',
      {}
    ],
    ['as JSON lines', jsonl, 'list.jsonl', {}],
    ['as JSON lines by the first byte', `\uFEFF${jsonl}`, 'list', { format: 'jsonl' }],
    ['as JSON lines by the first byte, without a name', jsonl, 'list', {}],
    ['zipped', gzipSync(csv), 'list.csv.gz', {}],
    ['zipped, by its first bytes', gzipSync(jsonl), 'list', {}]
  ])('%s', async (_, content, name, options) => {
    const loaded = await load(content, name, options)
    expect(membersOf(loaded)).toEqual(tokens)
    expect(loaded.list.badRowCount).toBe(0)
  })

  test('without trimming anything', async () => {
    const loaded = await load('user_token,audience\na1,vip \n b2,vip\n', 'list.csv', { maxBad: { count: 5 } })
    expect(loaded.list.audiences).toEqual(['vip ', 'vip'])
    expect(loaded.list.badRowCount).toBe(1)
  })

  test('row by row: what is no row is a bad one', async () => {
    const loaded = await load(`${csv}\ne5,vip,too,many\nf6\n"g7"x,vip\nh8,vip\n`, 'list.csv', { maxBad: { count: 9 } })
    expect(loaded.list.badRowCount).toBe(3)
    expect(membersOf(loaded)).toEqual([...tokens, 'h8'])
    const lines = await load(`${jsonl}\n[1]\n{"user_token":\n`, 'list.jsonl', { maxBad: { count: 9 } })
    expect(lines.list.badRows.map(({ line }) => line)).toEqual([6, 7])
  })
})

test('ten bad rows are told with their line and why, and the rest is counted', async () => {
  const bad = Array.from({ length: 14 }, (_, index) => `me${index}@example.com,vip`)
  const told: string[] = []
  const content = [csv, '"e\n5",vip', ...bad, 'f6,vip'].join('\n')
  const loaded = await load(content, 'list.csv', { maxBad: { count: 15 }, warn: (line) => told.push(line) })
  expect(loaded.list.badRowCount).toBe(15)
  expect(told).toHaveLength(11)
  expect(told[0]).toBe('Line 6: its user token is not 1-129 characters of A-Za-z0-9=+/-_.')
  // The row before took two lines.
  expect(told[1]).toMatch(/^Line 8: /)
  expect(told.at(-1)).toBe('5 further bad rows.')
  expect(told.join()).not.toContain('example')
  expect(membersOf(loaded)).toEqual([...tokens, 'f6'])
})

describe('a list is refused', () => {
  const many = ['user_token,audience', ...Array.from({ length: 200 }, (_, index) => `t${index},vip`)].join('\n')

  test.each<[string, string | Buffer, Partial<LoadOptions>]>([
    ['that has no header', tokens.map((token) => `${token},vip`).join('\n'), {}],
    ['that is empty', '', {}],
    ['with more than one bad row in a hundred', `${many}\nme@x.org,vip\nme@x.org,vip\nme@x.org,vip\n`, {}],
    ['with one bad row, when it is the whole truth', `${many}\nme@x.org,vip\n`, { complete: ['vip'] }],
    ['that does not name the audience it is the whole truth for', csv, { complete: ['vpi'] }],
    ['with a quote that is never closed', `${csv}\n"e5,vip\n${csv}`, {}],
    ['that is cut short', gzipSync(many).subarray(0, 100), {}]
  ])('%s', async (_, content, options) => {
    await expect(load(content, 'list', options)).rejects.toMatchObject({ kind: 'config' })
  })

  test('but not with one bad row in two hundred, nor when an audience is retired', async () => {
    expect((await load(`${many}\nme@x.org,vip\n`, 'list')).list.badRowCount).toBe(1)
    expect((await load(csv, 'list', { retire: ['old'] })).complete).toEqual(new Set([1]))
  })
})
