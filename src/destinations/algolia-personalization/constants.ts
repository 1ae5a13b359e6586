/** Version of the package `segment-algolia-personalization`, told to Algolia in `X-Algolia-Agent`. */
export const VERSION = '0.1.0'

/**
 * Algolia's analytics regions and the origin that serves each: the choices of the setting and the URLs alike.
 * Source: "Base URLs" in the description of Algolia's Advanced Personalization API.
 */
export const REGIONS = new Map([
  ['us', { label: 'United States (us)', origin: 'https://ai-personalization.us.algolia.com' }],
  ['eu', { label: 'Europe (eu)', origin: 'https://ai-personalization.eu.algolia.com' }]
])

/** The permissions that the API key needs. Source: "Authentication" in the same description. */
export const REQUIRED_ACLS = ['search', 'browse', 'recommendation']

/** The `source` of the profile segments that this destination manages: it adds and removes no others. */
export const MANAGED_SOURCE = 'segment'

/** What Algolia accepts as `userID`, and the same in words, for messages. */
export const USER_TOKEN = { pattern: /^[A-Za-z0-9=+/\-_]{1,129}$/, rule: '1-129 characters of A-Za-z0-9=+/-_' }

/** Longest id of a profile segment that is sent. Algolia documents no limit; this one keeps the list of segments small. */
export const MAX_PROFILE_SEGMENT_ID_LENGTH = 255

/** Calls that one Algolia application may make in a minute, whoever makes them. Source: "Rate limiting", as above. */
export const CALLS_PER_MINUTE = 500

/** A user whose list of segments changes costs a read and a write. */
const CALLS_PER_CHANGED_USER = 2

/**
 * Most events in one batch: even when each is for another user and changes that user's list,
 * the batch fits into one minute's calls (500 / 2 = 250).
 */
export const MAX_BATCH_SIZE = CALLS_PER_MINUTE / CALLS_PER_CHANGED_USER

/** Events in one batch unless the customer says otherwise: half a minute's calls, as others use the application too. */
export const DEFAULT_BATCH_SIZE = MAX_BATCH_SIZE / 2

/**
 * How many users of one batch are worked on at the same time.
 *
 * Measured with a batch of 200 users who all change, against the local Algolia answering after 30 ms (two cores,
 * Node 20): 1 at a time 13.0 s, 4: 3.3 s, 8: 1.6 s, 16: 0.84 s, 32: 0.45 s. More users would still be faster, but
 * speed is not what is scarce: a full batch spends a minute's calls in about a second. Each further user is a read that
 * may be spent in vain when the calls run out, so 16 it is: 15 times faster than one after another, at a risk of 3 %
 * of the calls of that minute.
 */
export const MAX_CONCURRENT_USERS = 16

/**
 * After so many calls in a row without any answer, a batch sends no more: as many as are under way at the same time, so
 * that a server that is down costs a batch the time of one call, not that of one call after the other.
 */
export const MAX_UNANSWERED_CALLS = MAX_CONCURRENT_USERS

/**
 * How long one call may wait for its answer to begin, and again for the rest of it. Stated on each request, because the host's client drops its own limit (the same 10 s)
 * when the host passes a signal.
 */
export const REQUEST_TIMEOUT_MS = 10_000

/** After so many calls whose time was up, a batch sends no more, whatever was answered between them: two rounds of them. */
export const MAX_TIMEOUTS = 2 * MAX_CONCURRENT_USERS

/**
 * How long a user's turn lasts after a write that has had no answer: it may still land. Longer than a gateway lets a server
 * work on a call whose client is gone.
 */
export const WRITE_HOLD_MS = 30_000

/** How long others wait for a turn that is held so. */
export const TURN_PATIENCE_MS = 10_000

/** Answers may have this many bytes, unzipped: several times what a page of a thousand profiles has. */
export const LARGEST_BODY_BYTES = 32 << 20

/**
 * How long a batch waits before it looks at what became of its writes: twice as long as its slowest user took from read to
 * write, as other processes take as long and may have read before these writes, and within these bounds.
 */
export const LOOK_DELAY_MS = { least: 200, most: 750 }

/** How often a batch looks. What is still undone at the last look is answered as retryable. */
export const MAX_LOOKS = 4

/** Profiles on a page when a batch looks at its writes. Source: `limit` in the description of `GET /2/users`. */
export const LOOK_PAGE_SIZE = 1000

/** The list is asked for from so long before the batch: servers' clocks differ, and the answer's date is rounded down. */
export const LOOK_MARGIN_MS = 5_000

/** How long lists that turned out to say nothing of the writes aren't tried again. */
export const LISTS_RETRY_MS = 3_600_000

/** How many changes of a user and audience or trait a process remembers, and for how long. */
export const REMEMBERED_CHANGES = 50_000
export const REMEMBERED_MS = 4 * 3_600_000

/** Most user tokens of one event: each costs two calls. */
export const MAX_USER_TOKENS = 20
