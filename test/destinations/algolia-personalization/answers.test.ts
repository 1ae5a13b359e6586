import { judge } from '../../../src/destinations/algolia-personalization/api/answer'
import { sameElementTexts } from '../../../src/destinations/algolia-personalization/api/json-text'
import { isFailure } from '../../../src/destinations/algolia-personalization/delivery/outcomes'
import { audienceTrack } from '../../support/audience-events'
import { algoliaForEachTest, Host, settings } from '../../support/destination'
import { callsTo, giveProfile, managedIds } from '../../support/profiles'

type Row = [what: string, status: number, body: string, read: string | number, write: string | number]

/** What comes back, and what it is as the answer to a read and to a write: a kind, or the status of a failure. */
const table: Row[] = [
  ['a profile', 200, '{"userID":"u"}', 'object', 'object'],
  ['a profile that names its status', 200, '{"status":200,"userID":"u"}', 'object', 'object'],
  ['a profile after a byte order mark', 200, '\uFEFF{"userID":"u"}', 'object', 'object'],
  ['nothing', 204, '', 'empty', 'empty'],
  ['nothing, with 200', 200, ' \n', 'empty', 'empty'],
  ['Algolia’s word that there is no profile', 404, '{"status":404,"message":"Not Found"}', 'missing', 404],
  ['the same after a byte order mark', 404, '\uFEFF{"status":404}', 'missing', 404],
  ['Kong’s 404', 404, '{"message":"no Route matched with those values"}', 502, 502],
  ['AWS’s 404', 404, '{"message":"Not Found"}', 502, 502],
  ['an empty 404', 404, '', 502, 502],
  ['a 404 of HTML', 404, '<h1>Not Found</h1>', 502, 502],
  ['a 404 that says 403', 404, '{"status":403,"message":"Forbidden"}', 502, 502],
  ['a list with 404', 404, '[{"status":404}]', 502, 502],
  ['HTML with 200', 200, '<!doctype html><p>Maintenance', 502, 502],
  ['a text with 200', 200, 'OK', 502, 502],
  ['a number with 200', 200, '200', 502, 502],
  ['null with 200', 200, 'null', 502, 502],
  ['a list with 200', 200, '[]', 502, 502],
  ['half an object with 200', 200, '{"userID":"u"', 502, 502],
  ['a success that says 500', 200, '{"status":500,"message":"Internal"}', 502, 502],
  ['a success that says 404', 200, '{"status":404,"message":"Not Found"}', 502, 502],
  ['a success that says "error"', 200, '{"status":"error"}', 502, 502],
  ['a redirect', 302, '', 502, 502],
  ['a permanent redirect', 308, '{"status":308}', 502, 502],
  ['Algolia’s 400', 400, '{"status":400,"message":"Bad"}', 400, 400],
  ['a 400 of HTML', 400, '<h1>400 Bad Request</h1>', 502, 502],
  ['Algolia’s 401', 401, '{"status":401,"message":"Invalid"}', 401, 401],
  ['a 401 of HTML', 401, '<h1>Log in</h1>', 502, 502],
  ['a 403 of HTML', 403, '<h1>Blocked</h1>', 502, 502],
  ['a 405 of HTML', 405, '<h1>Method Not Allowed</h1>', 502, 502],
  ['a conflict', 409, '{"status":409}', 423, 423],
  ['too many requests by another number', 421, '{"status":421}', 429, 429],
  ['too early', 425, '', 503, 503],
  ['too many requests of HTML', 429, '<h1>Slow down</h1>', 429, 429],
  ['a 502 of HTML', 502, '<h1>Bad Gateway</h1>', 502, 502],
  ['a 503 of HTML', 503, '<h1>Unavailable</h1>', 503, 503]
]

describe.each(table)('%s', (_, status, content, read, write) => {
  test.each([
    ['read the profile', read],
    ['delete the profile', read],
    ['write the segments', write]
  ] as const)(`as the answer to "%s"`, (operation, expected) => {
    const response = { status, content, headers: new Headers(), ok: status < 300 }
    const { answer } = judge(operation, response as never, { apiKey: 'secret' })
    expect(isFailure(answer) ? answer.status : answer.kind).toBe(expected)
  })
})

const algolia = algoliaForEachTest()
const host = new Host()
const event = audienceTrack('u', 'vip', true)
const foreign = '{"id":"foreign","source":"crm","since":12345678901234567890}'

/** Lets calls of one route answer so. */
function answer(route: string, status: number, body: string, headers?: Record<string, string>): void {
  algolia.faults.status(status, { when: (call) => call.route === route, body, headers })
}

test.each(table.filter(([, , , read]) => typeof read === 'number'))(
  'on read, %s writes nothing',
  async (_, status, body, read) => {
    answer('getProfile', status, body)
    await expect(host.deliver('enterAudience', event)).rejects.toMatchObject({ status: read })
    expect(callsTo(algolia)).toEqual(['GET /2/users/u'])
  }
)

test.each(table.filter(([, status, , , write]) => status < 300 && typeof write === 'number'))(
  'on write, %s is no success',
  async (_, status, body) => {
    answer('writeProfileSegments', status, body)
    const [entry] = await host.deliverBatch('enterAudience', [event])
    expect(entry).toMatchObject({ status: 502 })
  }
)

test.each(['', '<h1>Gone</h1>', '[]', '{"status":500}'])(
  'on delete, %j with 200 is a success only when the profile is gone',
  async (body) => {
    const forget = (userId: string) => host.destination.onDelete!({ type: 'delete', userId } as never, { ...settings })
    giveProfile(algolia, 'there', [])
    answer('deleteProfile', 200, body)
    await expect(forget('there')).rejects.toMatchObject({ status: 502 })
    if (body === '') await expect(forget('gone')).resolves.toBeDefined()
    else await expect(forget('gone')).rejects.toMatchObject({ status: 502 })
  }
)

test.each(['{}', '[]', '{"users":{}}', '<h1>Welcome</h1>', ''])(
  'the test of the connection takes no 200 with %j',
  async (body) => {
    answer('listProfiles', 200, body)
    await expect(host.destination.testAuthentication(settings)).rejects.toThrow(
      /not a list of profiles.*Check the region/
    )
  }
)

test('JSON counts as such whatever its content type says, and with a byte order mark', async () => {
  answer('getProfile', 200, `\uFEFF{"userID":"u","segments":[${foreign}]}`, { 'content-type': 'text/plain' })
  const bodies: string[] = []
  algolia.faults.add({ when: ({ route, body }) => route === 'writeProfileSegments' && bodies.push(body) < 0, then: {} })
  await host.deliver('enterAudience', event).catch(() => undefined)
  expect(bodies[0]).toBe(`{"segments":[${foreign},{"id":"vip","source":"segment"}]}`)
})

test('segments that are null are an empty list', async () => {
  giveProfile(algolia, 'u', null)
  await host.deliver('enterAudience', event)
  expect(managedIds(algolia, 'u')).toEqual(['vip'])
})

test('a foreign entry that is not UTF-8 is never written back changed', async () => {
  const replaced = [{ id: 'caf\uFFFD', source: 'crm' }]
  giveProfile(algolia, 'u', replaced)
  await expect(host.deliver('enterAudience', event)).rejects.toMatchObject({
    status: 422,
    message: expect.stringMatching(/not UTF-8/)
  })
  expect(algolia.profiles.get('u')?.segments).toEqual(replaced)
})

test('entries that are told apart in two ways are never written back', () => {
  const json = '{"segments":[{"a":1},{"b":2}]}'
  expect(sameElementTexts(json, 'segments', [{ a: 1 }, { b: 2 }])).toEqual(['{"a":1}', '{"b":2}'])
  expect(sameElementTexts(json, 'segments', [{ a: 1 }])).toBeUndefined()
  expect(sameElementTexts(json, 'segments', [{ a: 1 }, { b: 3 }])).toBeUndefined()
})

describe('what a message quotes', () => {
  const key = settings.apiKey
  let tokens = 0

  test.each<[string, number, (token: string) => object]>([
    ['a status that holds the key', 200, () => ({ status: `error: the key ${key} may not` })],
    ['a status that holds the user token', 200, (token) => ({ status: `error: ${token} may not` })],
    ['a message that holds the user token', 422, (token) => ({ status: 422, message: `userID ${token} is unknown` })],
    ['one that holds the path', 422, (token) => ({ status: 422, message: `no /2/users/${encodeURIComponent(token)}` })],
    ['a token where the message is cut', 422, (token) => ({ status: 422, message: `${'x'.repeat(190)} ${token}` })]
  ])('%s: neither comes out whole, in reads and in writes', async (_, status, body) => {
    for (const route of ['getProfile', 'writeProfileSegments', 'deleteProfile']) {
      algolia.faults.clear()
      // A write that isn't confirmed holds its user's turn.
      const token = `shopper=${(tokens += 1)}=example=com`
      answer(route, status, JSON.stringify(body(token)))
      const deliver = (): Promise<unknown> => host.deliver('enterAudience', audienceTrack(token, 'vip', true))
      const forget = () => host.destination.onDelete!({ type: 'delete', userId: token } as never, { ...settings })
      const { message } = (await (route === 'deleteProfile' ? forget() : deliver()).then(
        () => ({ message: 'no error' }),
        (error: Error) => error
      )) as Error
      expect(message).toMatch(/could not/i)
      expect(message).not.toContain(key)
      for (const form of [token, encodeURIComponent(token)]) expect(message).not.toContain(form.slice(0, 4))
    }
  })

  test('a status is cut short', () => {
    const response = { status: 200, content: JSON.stringify({ status: `error ${'x'.repeat(5_000)}` }), ok: true }
    const { answer } = judge('read the profile', response as never, { apiKey: key })
    expect((answer as { message: string }).message.length).toBeLessThan(400)
  })
})
