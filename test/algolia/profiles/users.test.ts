import * as fc from 'fast-check'
import { readUsersPage } from '../../../src/algolia/profiles/users'

const isUnreadable = (body: string): boolean => 'unreadable' in readUsersPage(Buffer.from(body))

const pages = fc.record(
  {
    users: fc.array(
      fc.record({
        userID: fc.string({ unit: 'grapheme' }),
        affinities: fc.array(fc.jsonValue({ maxDepth: 2 }), { maxLength: 2 })
      }),
      { maxLength: 3 }
    ),
    nextPageToken: fc.string({ minLength: 1 })
  },
  { requiredKeys: ['users'] }
)

test('a page gives the profiles that are in it, exactly as they are, and its page token', () => {
  fc.assert(
    fc.property(pages, (page) => {
      const { users, nextPageToken } = JSON.parse(JSON.stringify(page)) as typeof page
      expect(readUsersPage(Buffer.from(JSON.stringify(page)))).toEqual({ value: { profiles: users, nextPageToken } })
    })
  )
})

test.each(['{"users":[]}', '{"users":[],"nextPageToken":null}', '{"users":[],"nextPageToken":"","more":{}}'])(
  'the last page has no page token: %s',
  (body) => expect(readUsersPage(Buffer.from(body))).toEqual({ value: { profiles: [], nextPageToken: undefined } })
)

test.each([
  ['', 'it is not JSON'],
  ['<html></html>', 'it is not JSON'],
  ['null', 'it is not an object'],
  ['[]', 'it has no list "users"'],
  ['{}', 'it has no list "users"'],
  ['{"users":null}', 'it has no list "users"'],
  ['{"users":{"0":{"userID":"a"}}}', 'it has no list "users"'],
  ['{"users":[],"nextPageToken":7}', 'its "nextPageToken" is no text']
])('is never an empty page: %s', (body, unreadable) => {
  expect(readUsersPage(Buffer.from(body))).toEqual({ unreadable })
})

test('a page that is cut short is unreadable, wherever it was cut', () => {
  fc.assert(
    fc.property(pages, (page) => {
      const body = JSON.stringify(page)
      const beginnings = Array.from(body, (_, end) => body.slice(0, end))
      expect(beginnings.filter((beginning) => !isUnreadable(beginning))).toEqual([])
    })
  )
})
