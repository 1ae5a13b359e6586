import fc from 'fast-check'
import { startLocalAlgolia, type LocalAlgolia, type Profile } from '../../../src/local/algolia'
import { call, withLocalAlgolia } from '../../support/local-algolia'

/** A profile whose affinities are written as `name:value@index+index`. */
function profile(userID: string, lastUpdatedAt = '2025-01-01T00:00:00Z', affinities: string[] = []): Profile {
  return {
    userID,
    type: 'basic',
    affinities: affinities.map((text) => {
      const [, name = '', value = '', indices = ''] = /^(.*?):(.*)@(.*)$/.exec(text)!
      return { name, indices: indices.split('+'), value, score: 10, lastUpdatedAt }
    }),
    lastUpdatedAt
  }
}

async function page(
  algolia: LocalAlgolia,
  query: Record<string, string> = {}
): Promise<{ userIDs: string[]; next?: string; previous?: string }> {
  const { status, body } = await call(algolia, `/2/users?${new URLSearchParams(query).toString()}`)
  expect(status).toBe(200)
  const userIDs = body.users.map(({ userID }: Profile) => userID)
  return { userIDs, next: body.nextPageToken, previous: body.previousPageToken }
}

/** All pages in one direction, from the first page, or from a given one. */
async function walk(
  algolia: LocalAlgolia,
  query: Record<string, string>,
  direction: 'next' | 'previous' = 'next',
  token?: string
): Promise<string[][]> {
  const pages: string[][] = []
  do {
    const answer = await page(algolia, { ...query, ...(token !== undefined && { [`${direction}PageToken`]: token }) })
    pages.push(answer.userIDs)
    token = answer[direction]
  } while (token !== undefined)
  return pages
}

describe('the list of profiles', () => {
  it('is in the order of the bytes of the user tokens, not of time', async () => {
    const userIDs = ['+', '-', '/', '0', '=', 'A', 'B', '_', 'a', 'aa', 'b']
    const given = [...userIDs]
      .reverse()
      .map((userID, index) => profile(userID, `2025-01-0${(index % 9) + 1}T00:00:00Z`))
    await withLocalAlgolia({ profiles: given }, async (algolia) => {
      expect(await page(algolia, { limit: '1000' })).toEqual({ userIDs })
    })
  })

  it('gives 10 profiles when no limit is given', async () => {
    await withLocalAlgolia({ profiles: 30 }, async (algolia) => {
      expect((await page(algolia)).userIDs).toHaveLength(10)
    })
  })

  it('gives a token for each direction in which there is more, and none where there is not', async () => {
    await withLocalAlgolia(
      { profiles: ['a', 'b', 'c', 'd', 'e', 'f'].map((userID) => profile(userID)) },
      async (algolia) => {
        const first = await page(algolia, { limit: '2' })
        expect(first).toEqual({ userIDs: ['a', 'b'], next: expect.any(String) })
        const second = await page(algolia, { limit: '2', nextPageToken: first.next! })
        expect(second).toEqual({ userIDs: ['c', 'd'], next: expect.any(String), previous: expect.any(String) })
        // The last page is exactly full: nothing must promise another one.
        const last = await page(algolia, { limit: '2', nextPageToken: second.next! })
        expect(last).toEqual({ userIDs: ['e', 'f'], previous: expect.any(String) })
        expect(await page(algolia, { limit: '2', previousPageToken: last.previous! })).toEqual(second)
        expect(await page(algolia, { limit: '2', previousPageToken: second.previous! })).toEqual(first)
      }
    )
  })

  it('takes an empty page token for none, as the loop in the guide of Algolia sends it', async () => {
    await withLocalAlgolia({ profiles: 5 }, async (algolia) => {
      expect(await page(algolia, { nextPageToken: '' })).toEqual(await page(algolia))
    })
  })

  it('excludes both bounds, to the last digit', async () => {
    const times = ['00', '00.000000001', '00.5', '00.500000', '00.5000001', '01', '01.000000000000001']
    const given = times.map((time, index) => profile(`user-${index}`, `2025-01-01T00:00:${time}Z`))
    await withLocalAlgolia({ profiles: given }, async (algolia) => {
      const within = async (startDate: string, endDate?: string): Promise<number[]> => {
        const { userIDs } = await page(algolia, { startDate, ...(endDate && { endDate }) })
        return userIDs.map((userID) => Number(userID.slice(5)))
      }
      expect(await within('2025-01-01T00:00:00Z')).toEqual([1, 2, 3, 4, 5, 6])
      expect(await within('2025-01-01T00:00:00Z', '2025-01-01T00:00:00.5Z')).toEqual([1])
      expect(await within('2025-01-01T00:00:00.000000001Z', '2025-01-01T00:00:01Z')).toEqual([2, 3, 4])
      expect(await within('2025-01-01T00:00:00.49999999Z', '2025-01-01T00:00:00.50000001Z')).toEqual([2, 3])
      expect(await within('2025-01-01T01:00:00.5+01:00', '2025-01-01T00:00:01.000000000000001Z')).toEqual([4, 5])
      expect(await within('2025-01-01T00:00:01Z', '2025-01-01T00:00:01Z')).toEqual([])
    })
  })

  it('excludes both bounds among made-up profiles too', async () => {
    await withLocalAlgolia({ profiles: 2000 }, async (algolia) => {
      const profiles = [...algolia.profiles]
      for (const digits of [0, 3, 6, 9]) {
        const edge = profiles.find(({ lastUpdatedAt }) => lastUpdatedAt.length === (digits ? 21 + digits : 20))!
        const same = profiles.filter(({ lastUpdatedAt }) => lastUpdatedAt === edge.lastUpdatedAt)
        const after = (await walk(algolia, { startDate: edge.lastUpdatedAt, limit: '1000' })).flat()
        const before = (await walk(algolia, { endDate: edge.lastUpdatedAt, limit: '1000' })).flat()
        expect([...after, ...before]).not.toContain(edge.userID)
        expect(after.length + before.length).toBe(2000 - same.length)

        // Within the same microsecond: a moment after that of the profile.
        const [whole, fraction = ''] = edge.lastUpdatedAt.slice(0, -1).split('.')
        const justAfter = `${whole}.${fraction.padEnd(9, '0')}1Z`
        expect((await walk(algolia, { startDate: justAfter, limit: '1000' })).flat()).toEqual(after)
        expect((await walk(algolia, { endDate: justAfter, limit: '1000' })).flat()).toContain(edge.userID)
        if (digits === 9) {
          const justBefore = `${whole}.${fraction.slice(0, 6)}Z`
          expect((await walk(algolia, { startDate: justBefore, limit: '1000' })).flat()).toContain(edge.userID)
        }
      }
    })
  })

  it('filters by indices and by affinities, with and without a value, all of which must match', async () => {
    const given = [
      profile('both', undefined, ['brand:Nike@products', 'color:white@products_fr']),
      profile('brand', undefined, ['brand:Nike@products+blog']),
      profile('colon', undefined, ['brand:a:b@blog']),
      profile('none')
    ]
    await withLocalAlgolia({ profiles: given }, async (algolia) => {
      const matching = async (query: Record<string, string>): Promise<string[]> => (await page(algolia, query)).userIDs
      expect(await matching({ affinity: 'brand' })).toEqual(['both', 'brand', 'colon'])
      expect(await matching({ affinity: 'brand:Nike' })).toEqual(['both', 'brand'])
      expect(await matching({ affinity: 'brand:nike' })).toEqual([])
      expect(await matching({ affinity: 'brand:a:b' })).toEqual(['colon'])
      expect(await matching({ affinity: 'brand:Nike,color' })).toEqual(['both'])
      expect(await matching({ indices: 'products' })).toEqual(['both', 'brand'])
      expect(await matching({ indices: 'products,products_fr' })).toEqual(['both'])
      expect(await matching({ indices: 'blog', affinity: 'brand:Nike' })).toEqual(['brand'])
      expect(await matching({ indices: '', affinity: '' })).toHaveLength(4)
    })
  })

  describe('walked to its end through any filter and in either direction', () => {
    const text = fc.constantFrom('a', 'b', 'c')
    const affinity = fc
      .tuple(text, text, fc.constantFrom('x', 'y', 'x+y'))
      .map(([name, value, indices]) => `${name}:${value}@${indices}`)
    // Few distinct moments, so that bounds and profiles often meet.
    const moment = fc
      .tuple(fc.nat(2), fc.constantFrom('', '.5', '.500', '.500001', '.5000011', '.9'))
      .map(([second, fraction]) => `2025-01-01T00:00:0${second}${fraction}Z`)
    const userID = fc.string({ unit: fc.constantFrom('a', 'B', '/', '+', '='), minLength: 1, maxLength: 5 })
    const profiles = fc.uniqueArray(fc.tuple(userID, moment, fc.array(affinity, { maxLength: 3 })), {
      selector: ([id]) => id,
      maxLength: 25
    })
    const query = fc.record(
      {
        startDate: moment,
        endDate: moment,
        indices: fc.constantFrom('x', 'y', 'x,y'),
        affinity: fc.constantFrom('a', 'b:a', 'a,b', 'c:c,a:b'),
        limit: fc.integer({ min: 1, max: 12 }).map(String)
      },
      { requiredKeys: ['limit'] }
    )

    /** What the filters mean, written down a second time and as plainly as possible. */
    function matches(
      { lastUpdatedAt, affinities }: Profile,
      { startDate, endDate, indices, affinity }: Record<string, string>
    ): boolean {
      const digits = (time: string): string =>
        time
          .replace('Z', '')
          .replace(/(:\d\d)$/, '$1.')
          .padEnd(30, '0')
      const pairs = affinities.flatMap(({ name, value }) => [name, `${name}:${value}`])
      return (
        (startDate === undefined || digits(lastUpdatedAt) > digits(startDate)) &&
        (endDate === undefined || digits(lastUpdatedAt) < digits(endDate)) &&
        (indices?.split(',') ?? []).every((index) => affinities.some((one) => one.indices.includes(index))) &&
        (affinity?.split(',') ?? []).every((wanted) => pairs.includes(wanted))
      )
    }

    it('gives each matching profile exactly once', async () => {
      await withLocalAlgolia({ rateLimit: false }, async (algolia) => {
        await fc.assert(
          fc.asyncProperty(profiles, query, async (given, filter) => {
            for (const { userID } of algolia.profiles) algolia.profiles.delete(userID)
            const all = given.map(([id, time, affinities]) => profile(id, time, affinities))
            for (const one of all) algolia.profiles.put(one)
            const expected = all
              .filter((one) => matches(one, filter))
              .map(({ userID }) => userID)
              .sort()

            const pages = await walk(algolia, filter)
            expect(pages.flat()).toEqual(expected)
            expect(pages.length).toBe(Math.max(1, Math.ceil(expected.length / Number(filter.limit))))

            // Backwards from the last page, which is found by its token.
            let last = await page(algolia, filter)
            while (last.next) last = await page(algolia, { ...filter, nextPageToken: last.next })
            const back = last.previous ? await walk(algolia, filter, 'previous', last.previous) : []
            expect([...back.reverse().flat(), ...last.userIDs]).toEqual(expected)
          }),
          { numRuns: 60 }
        )
      })
    })

    it('does so when made-up profiles, written ones and deleted ones stand side by side', async () => {
      await withLocalAlgolia({ profiles: 500, rateLimit: false }, async (algolia) => {
        const made = [...algolia.profiles]
        for (const [index, one] of made.entries()) {
          if (index % 3 === 0) algolia.profiles.put({ ...one, lastUpdatedAt: '2030-01-01T00:00:00Z' })
          if (index % 5 === 0) algolia.profiles.delete(one.userID)
          if (index % 7 === 0) algolia.profiles.put(profile(`${one.userID.slice(0, -1)}_`))
        }
        const many = made.slice(0, 50).reverse()
        algolia.profiles.putAll(many)
        expect(many.map(({ userID }) => algolia.profiles.get(userID))).toEqual(many)
        const expected = [...algolia.profiles].map(({ userID }) => userID)
        expect(new Set(expected).size).toBe(algolia.profiles.size)
        expect((await walk(algolia, { limit: '37' })).flat()).toEqual(expected)
        let last = await page(algolia, { limit: '37' })
        while (last.next) last = await page(algolia, { limit: '37', nextPageToken: last.next })
        const back = await walk(algolia, { limit: '37' }, 'previous', last.previous)
        expect([...back.reverse().flat(), ...last.userIDs]).toEqual(expected)
        const late = [...algolia.profiles]
          .filter(({ lastUpdatedAt }) => lastUpdatedAt > '2029')
          .map(({ userID }) => userID)
        expect((await walk(algolia, { limit: '10', startDate: '2029-01-01T00:00:00Z' })).flat()).toEqual(late)
      })
    })
  })

  describe('changed while it is being read', () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f']

    it('keeps the place in the order of user tokens, whatever is deleted or added', async () => {
      await withLocalAlgolia({ profiles: ids.map((userID) => profile(userID)) }, async (algolia) => {
        const first = await page(algolia, { limit: '2' })
        algolia.profiles.delete('b')
        algolia.profiles.delete('c')
        algolia.profiles.put(profile('aa'))
        algolia.profiles.put(profile('bb'))
        const second = await page(algolia, { limit: '2', nextPageToken: first.next! })
        expect(second.userIDs).toEqual(['bb', 'd'])
        expect((await page(algolia, { limit: '5', previousPageToken: second.previous! })).userIDs).toEqual(['a', 'aa'])
      })
    })

    it('loses, from a window that ends before, the profiles updated meanwhile', async () => {
      await withLocalAlgolia({ profiles: ids.map((userID) => profile(userID)) }, async (algolia) => {
        const window = { limit: '2', endDate: '2025-01-02T00:00:00Z' }
        const first = await page(algolia, window)
        await call(algolia, '/2/users/e/segments', { method: 'PUT', body: '{"segments":[]}' })
        const rest = await walk(algolia, window, 'next', first.next)
        expect(rest.flat()).toEqual(['c', 'd', 'f'])
        expect((await page(algolia, { startDate: '2025-01-02T00:00:00Z' })).userIDs).toEqual(['e'])
      })
    })

    it('shows the way back from a page that has become empty', async () => {
      await withLocalAlgolia({ profiles: ids.map((userID) => profile(userID)) }, async (algolia) => {
        const first = await page(algolia, { limit: '4' })
        algolia.profiles.delete('e')
        algolia.profiles.delete('f')
        const empty = await page(algolia, { limit: '4', nextPageToken: first.next! })
        expect(empty).toEqual({ userIDs: [], previous: expect.any(String) })
        expect((await page(algolia, { limit: '4', previousPageToken: empty.previous! })).userIDs).toEqual(first.userIDs)
      })
    })
  })

  describe('refuses with 422', () => {
    let algolia: LocalAlgolia
    let token: string
    beforeAll(async () => {
      algolia = await startLocalAlgolia({ profiles: 50, rateLimit: false })
      token = (await page(algolia, { limit: '5', endDate: '2100-01-01T00:00:00Z' })).next!
    })
    afterAll(() => algolia.close())

    it.each(['0', '1001', '-1', '1.5', 'ten', '', '1e2'])('the limit %j', async (limit) => {
      const { status, body } = await call(algolia, `/2/users?limit=${limit}`)
      expect([status, body.status]).toEqual([422, 422])
      expect(body.message).toContain('limit')
    })

    it.each(['startDate', 'endDate'])('a %s that is no RFC 3339 date-time', async (parameter) => {
      for (const text of ['2025-01-01', 'yesterday', '2025-01-01T00:00:00', '2025-01-01T00:00:00+02:00']) {
        // The last one's plus sign is not escaped, and so it is a blank.
        const { status, body } = await call(algolia, `/2/users?${parameter}=${text}`)
        expect(status).toBe(422)
        expect(body.message).toContain(parameter)
      }
    })

    it.each([
      ['an unknown token', () => ({ nextPageToken: 'bm90aGluZw' })],
      ['an altered token', () => ({ nextPageToken: `${token.slice(0, 9)}x${token.slice(10)}` })],
      ['a token with other filters', () => ({ nextPageToken: token, endDate: '2100-01-02T00:00:00Z' })],
      ['a token with fewer filters', () => ({ nextPageToken: token, endDate: '' })],
      ['a token for the other direction', () => ({ previousPageToken: token })],
      ['both tokens', () => ({ nextPageToken: token, previousPageToken: token })]
    ])('%s', async (_, wrong) => {
      const query = new URLSearchParams({ endDate: '2100-01-01T00:00:00Z', ...wrong() })
      const { status, body } = await call(algolia, `/2/users?${query.toString()}`)
      expect([status, body.status]).toEqual([422, 422])
    })

    it('but takes a token with another limit', async () => {
      const query = { nextPageToken: token, endDate: '2100-01-01T00:00:00Z', limit: '7' }
      expect((await page(algolia, query)).userIDs).toHaveLength(7)
    })
  })
})
