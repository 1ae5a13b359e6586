import type { Aim, Fault, FaultyCall, LocalAlgolia } from '../../src/local/algolia'

/** One way in which delivering an event to the user `faulty` goes wrong. */
export interface FaultRow {
  name: string
  /** Makes calls for the user `faulty` go wrong; `times` says for how many calls. */
  arrange: (algolia: LocalAlgolia, times: number) => void
  /** What the event answers. */
  status: number
  message?: RegExp
  /** Whether the user is a member in the end, though the event failed. */
  applied?: boolean
  /** Whether the failure is that of the application, so that the other events of the batch answer the same. */
  everyone?: boolean
}

const reads = (aim: Aim): Aim => ({ ...aim, when: (call) => isFaulty(call) && call.route === 'getProfile' })
const writes = (aim: Aim): Aim => ({ ...aim, when: (call) => isFaulty(call) && call.route === 'writeProfileSegments' })

function isFaulty({ userID }: FaultyCall): boolean {
  return userID === 'faulty'
}

/** What a status of Algolia's becomes, on reads and on writes. */
const statuses: [status: number, answered: number, message: RegExp][] = [
  [400, 400, /mapping of the user token/],
  [401, 401, /ACLs search, browse, recommendation/],
  [402, 402, /plan/],
  [403, 403, /application ID/],
  [408, 408, /tries again/],
  [409, 423, /HTTP 409.*same time.*tries again/],
  [413, 413, /too large/],
  [421, 429, /no more calls/],
  [422, 422, /mapping of the user token/],
  [423, 423, /tries again/],
  [429, 429, /no more calls/],
  [500, 500, /tries again/],
  [501, 501, /Report this/],
  [502, 502, /tries again/],
  [503, 503, /tries again/],
  [504, 504, /tries again/],
  [520, 520, /tries again/],
  [302, 502, /redirect/]
]

function statusRow(operation: 'read' | 'write', [status, answered, message]: (typeof statuses)[number]): FaultRow {
  return {
    name: `status ${status} on ${operation}`,
    arrange: (algolia, times) =>
      algolia.faults.status(status, {
        ...(operation === 'read' ? reads({ times }) : writes({ times })),
        headers: { location: `${algolia.url}/elsewhere` }
      }),
    status: answered,
    message,
    everyone: [401, 402, 403, 429, 501].includes(answered)
  }
}

/** A read that answers with this body. */
function bodyRow(name: string, body: unknown, status: number, message: RegExp): FaultRow {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return {
    name,
    arrange: (algolia, times) => algolia.faults.status(200, { ...reads({ times }), body: text }),
    status,
    message
  }
}

function profileRow(name: string, segments: unknown): FaultRow {
  return bodyRow(`a profile whose segments are ${name}`, { userID: 'faulty', segments }, 422, /Nothing was written/)
}

function connectionRow(name: string, fault: Fault, aim: (aim: Aim) => Aim, status: number, applied = false): FaultRow {
  return {
    name,
    arrange: (algolia, times) => algolia.faults.add({ when: isFaulty, ...aim({ times }), then: fault }),
    status,
    message: /tries again/,
    applied
  }
}

/** The ways that show at once. */
export const faultRows: FaultRow[] = [
  ...statuses.map((row) => statusRow('read', row)),
  ...statuses.map((row) => statusRow('write', row)),
  { ...statusRow('write', [404, 404, /may not have the segments endpoint/]), everyone: true },
  { ...statusRow('write', [405, 405, /may not have the segments endpoint/]), everyone: true },
  {
    name: 'a 404 on read of somebody on the way',
    arrange: (algolia, times) => algolia.faults.status(404, { ...reads({ times }), body: 'default backend - 404' }),
    status: 502,
    message: /404 that isn't Algolia's.*tries again/
  },
  connectionRow('a reset before the read is answered', { noAnswer: { how: 'drop', when: 'before' } }, reads, 503),
  connectionRow('a reset before the write is applied', { noAnswer: { how: 'drop', when: 'before' } }, writes, 503),
  connectionRow('a reset after the write is applied', { noAnswer: { how: 'drop', when: 'after' } }, writes, 503, true),
  bodyRow('a page of HTML that calls itself JSON', '<!doctype html>', 502, /not a profile/),
  bodyRow('an empty body', '', 502, /not a profile/),
  bodyRow('a body that is a list', [], 502, /not a profile/),
  bodyRow('a body that is null', null, 502, /not a profile/),
  bodyRow('a body without a profile', {}, 502, /not this user's/),
  bodyRow("another user's profile", { userID: 'other', segments: [] }, 502, /not this user's/),
  {
    name: 'a page of HTML',
    arrange: (algolia, times) => algolia.faults.htmlPage(reads({ times })),
    status: 502,
    message: /not a profile/
  },
  {
    name: 'a body cut short that claims to be whole',
    arrange: (algolia, times) => algolia.faults.cutBody('whole', reads({ times })),
    status: 502,
    message: /not a profile/
  },
  profileRow('a text', 'vip'),
  profileRow('an object', { id: 'vip' }),
  profileRow('a list with a text in it', [{ id: 'a', source: 'b' }, 'vip']),
  profileRow('a list with null in it', [null]),
  profileRow('a list with a list in it', [[]])
]

/** The ways that show only when the time for a call is up. */
export const timeoutRows: FaultRow[] = [
  connectionRow('a read without an answer', { noAnswer: { how: 'hang', when: 'before' } }, reads, 504),
  connectionRow(
    'a write that is applied but not answered',
    { noAnswer: { how: 'hang', when: 'after' } },
    writes,
    504,
    true
  ),
  {
    name: 'a body cut short on read',
    arrange: (algolia, times) => algolia.faults.cutBody('broken', reads({ times })),
    status: 504,
    message: /tries again/
  },
  {
    name: 'a body cut short on write',
    arrange: (algolia, times) => algolia.faults.cutBody('broken', writes({ times })),
    status: 504,
    message: /tries again/,
    applied: true
  }
]
