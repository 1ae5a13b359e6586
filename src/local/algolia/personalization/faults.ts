import { unprocessable } from '../../http/answer'
import { CallFaults, type Aim, type FaultRule, type FaultyCall } from '../faults'
import { decodePageToken, encodePageToken } from './page-tokens'
import { positionAfter, start } from './profile-store'

/** Entries that are no profiles, by what is wrong with them. */
export const malformedProfiles: Record<string, unknown> = {
  null: null,
  'a text': 'profile',
  'a list': [],
  'no userID': { type: 'basic', affinities: [], lastUpdatedAt: '2025-01-01T00:00:00Z' },
  'a userID that is a number': { userID: 7, type: 'basic', affinities: [], lastUpdatedAt: '2025-01-01T00:00:00Z' },
  'affinities that are no list': {
    userID: 'bad-1',
    type: 'basic',
    affinities: {},
    lastUpdatedAt: '2025-01-01T00:00:00Z'
  },
  'a score that is no number': {
    userID: 'bad-2',
    type: 'basic',
    affinities: [
      { name: 'brand', indices: ['products'], value: 'Nike', score: 'Infinity', lastUpdatedAt: '2025-01-01T00:00:00Z' }
    ],
    lastUpdatedAt: '2025-01-01T00:00:00Z'
  },
  'segments that are no list': {
    userID: 'bad-3',
    type: 'basic',
    affinities: [],
    segments: 'vip',
    lastUpdatedAt: '2025-01-01T00:00:00Z'
  },
  'a time that is none': { userID: 'bad-4', type: 'basic', affinities: [], lastUpdatedAt: 'yesterday' }
}

/** What can go wrong with pages of profiles, beside all that can with any call. */
export class Faults extends CallFaults {
  /** Changes the JSON of successful pages of profiles. Return undefined to leave one as it is. */
  changePages(change: (page: ProfilesPage, call: FaultyCall) => object | undefined, aim?: Aim): FaultRule {
    return this.aim(
      { ...aim, when: (call) => call.route === 'listProfiles' && (aim?.when?.(call) ?? true) },
      {
        change: (answer, call) => {
          if (answer.status !== 200) return answer
          const changed = change(JSON.parse(answer.body) as ProfilesPage, call)
          return changed ? { ...answer, body: JSON.stringify(changed) } : answer
        }
      }
    )
  }

  /** Leaves `users` out of pages. */
  pagesWithoutUsers(aim?: Aim): FaultRule {
    return this.changePages((page) => ({ ...page, users: undefined }), aim)
  }

  /** Puts entries (such as `malformedProfiles`) into pages, each at its position in the list that comes out. */
  insertUsers(entries: Record<number, unknown>, aim?: Aim): FaultRule {
    return this.changePages((page) => {
      const users: unknown[] = [...page.users]
      for (const [position, entry] of Object.entries(entries)) users.splice(Number(position), 0, entry)
      return { ...page, users }
    }, aim)
  }

  /** Gives, on pages asked for with a token, that same token as the next one. */
  repeatPageToken(aim?: Aim): FaultRule {
    return this.changePages(
      (page, { query }) => ({ ...page, nextPageToken: query.get('nextPageToken') ?? page.nextPageToken }),
      aim
    )
  }

  /** Lets the next tokens of each list go round in a circle of this many, which the first pages make. */
  cyclePageTokens(length: number, aim?: Aim): FaultRule {
    const circles = new Map<string, string[]>()
    return this.changePages((page, { query }) => {
      const list = new URLSearchParams(query)
      const asked = query.get('nextPageToken')
      list.delete('nextPageToken')
      const circle = circles.get(list.toString()) ?? []
      circles.set(list.toString(), circle)
      if (circle.length < length) {
        if (page.nextPageToken !== undefined) circle.push(page.nextPageToken)
        return undefined
      }
      return { ...page, nextPageToken: circle[(circle.indexOf(asked ?? '') + 1) % length] }
    }, aim)
  }

  /** Answers with an empty page whose next token, a new one each time, leads to what should have been on it. */
  emptyPages(aim?: Aim): FaultRule {
    return this.changePages((_, { query, number }) => {
      const asked = query.get('nextPageToken')
      const position = asked ? decodePageToken(asked, 'forward', query)! : start
      return { users: [], nextPageToken: encodePageToken(position, query, number) }
    }, aim)
  }

  /** Gives a next token on the last page as well, which leads to an empty page. */
  tokenAfterLastPage(aim?: Aim): FaultRule {
    return this.changePages((page, { query }) => {
      const last = page.users.at(-1)
      return last && !page.nextPageToken
        ? { ...page, nextPageToken: encodePageToken(positionAfter(last.userID), query) }
        : undefined
    }, aim)
  }

  /** Refuses page tokens as expired. */
  expirePageTokens(aim?: Aim): FaultRule {
    const hasToken = ({ query }: FaultyCall): boolean =>
      Boolean(query.get('nextPageToken') || query.get('previousPageToken'))
    const { body } = unprocessable('unknown or expired page token')
    return this.aim(
      { ...aim, when: (call) => hasToken(call) && (aim?.when?.(call) ?? true) },
      { answer: { status: 422, body } }
    )
  }
}

/** The JSON of a page of profiles. */
export interface ProfilesPage {
  users: { userID: string }[]
  nextPageToken?: string
  previousPageToken?: string
}
