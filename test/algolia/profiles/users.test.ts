import { readUsersPage } from '../../../src/algolia/profiles/users'

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
