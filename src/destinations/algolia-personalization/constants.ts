/** Version of the package `segment-algolia-personalization`, told to Algolia in `X-Algolia-Agent`. */
export const VERSION = '0.1.0'

/**
 * Algolia's analytics regions and the origins that serve each: the choices of the setting and the URLs alike.
 * Source: "Base URLs" in the descriptions of Algolia's Advanced Personalization, Insights and Analytics APIs.
 */
export const REGIONS = new Map([
  [
    'us',
    {
      label: 'United States (us)',
      personalization: 'https://ai-personalization.us.algolia.com',
      insights: 'https://insights.us.algolia.io',
      analytics: 'https://analytics.us.algolia.com'
    }
  ],
  [
    'eu',
    {
      label: 'Europe (eu)',
      personalization: 'https://ai-personalization.eu.algolia.com',
      insights: 'https://insights.de.algolia.io',
      analytics: 'https://analytics.de.algolia.com'
    }
  ]
])

/** The permissions that the API key needs. Source: "Authentication" in the same description. */
export const REQUIRED_ACLS = ['search', 'browse', 'recommendation']

/** The `source` of the profile segments that this destination manages: it adds and removes no others. */
export const MANAGED_SOURCE = 'segment'

/** What Algolia accepts as `userID`, and the same in words, for messages. */
export const USER_TOKEN = { pattern: /^[A-Za-z0-9=+/\-_]{1,129}$/, rule: '1-129 characters of A-Za-z0-9=+/-_' }

/** Longest id of a profile segment that is sent. Algolia documents no limit; this one keeps the list of segments small. */
export const MAX_PROFILE_SEGMENT_ID_LENGTH = 255

/**
 * Most audience events in one batch: what the host's bulk batching holds at most. A user of a batch costs a read and a
 * write however many of its events are about that user, and the reads in vain when the calls run out, like the look at
 * what was written, come once a batch: so the larger the batch, the fewer calls for an event. It can't take long, as
 * nothing more is sent once a minute's calls are used up.
 *
 * Simulated (`node bench/batch-size.js` in the package's repository): 100,000 users enter 5 audiences, then an hour of
 * churn; 500 calls a minute, 100 of them a reader's; answers after 60 ms; what was answered 429 comes again in other
 * company. Calls for an event, minutes to the end, and seconds that the longest call to the destination took:
 *
 * | batch size | one audience after another | all audiences at a time | user after user  | churn        |
 * | ---------: | -------------------------: | ----------------------: | ---------------: | -----------: |
 * |         50 |          2.70, 2905, 1.0 s |       2.13, 2300, 1.0 s | 0.50, 568, 0.7 s | 2.09, 60, 0.7 s |
 * |        100 |          2.38, 3136, 1.3 s |       1.56, 2065, 1.1 s | 0.52, 579, 0.8 s | 2.09, 60, 0.7 s |
 * |        125 |          2.38, 3163, 1.3 s |       1.42, 1880, 1.2 s | 0.54, 572, 0.8 s | 2.09, 60, 0.7 s |
 * |        250 |          2.38, 3163, 1.6 s |       1.03, 1372, 1.3 s | 0.54, 590, 1.0 s | 2.09, 60, 0.7 s |
 * |        500 |          2.38, 3162, 1.9 s |       0.80, 1068, 1.0 s | 0.48, 634, 1.3 s | 2.09, 60, 0.7 s |
 * |      1,000 |          2.38, 3160, 1.9 s |       0.59,  792, 1.9 s | 0.48, 637, 1.6 s | 2.09, 60, 0.7 s |
 *
 * With answers after 200 ms the longest call takes 4.9 s. Where several audiences fill at a time, 1,000
 * ends in less than half the time of 125; nowhere does it cost more calls. Minutes of the same number of calls differ
 * by how the host's waiting falls. Real-time events come in batches far below any of these sizes.
 */
export const MAX_BATCH_SIZE = 1000

/** Audience events in one batch unless the customer says otherwise. */
export const DEFAULT_BATCH_SIZE = MAX_BATCH_SIZE

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
 * How old a read may be when the write that was made of it is sent: who has stood still in between, or waited for calls,
 * reads again. So whatever a process does, its write follows its read by no more than this and the time that the write is
 * under way. Where calls take more than half of it, it is twice what a call takes.
 */
export const OLDEST_READ_MS = 400

/**
 * How long a write may be under way, from being sent to taking effect; longer where a call has lately taken long, as what
 * slows this process down may slow the others down, too.
 */
export const LONGEST_WRITE_MS = 350
export const SLOWER_WRITES = 1.5

/**
 * How long a profile must have stayed as it is for its changes to be certain: by then the write of whoever had read it before
 * has arrived. It grows with the two above, up to `most`.
 */
export const SETTLING_MS = { least: OLDEST_READ_MS + LONGEST_WRITE_MS, most: 3_000 }

/** While a process goes on writing it looks all the same after so long: events wait for it. */
export const LOOK_PATIENCE_MS = 1_500

/**
 * What is made again is made after a pause by chance: of at most as long as a profile takes to settle, or as so many calls
 * take. Simulated with four processes
 * that enter 200 users into five audiences within a second, calls of 200 ms: without it 1.24 times the calls of an engine that
 * doesn't look, with half of it 1.11, with it 1.09.
 */
export const SPREAD_CALLS = 12
export const LONGEST_SPREAD_MS = 2_500

/** How often a change is made again before it is answered as retryable. */
export const MAX_REPAIRS = 3

/** A change that was there at so many looks in a row is certain, though others go on writing to the profile. */
export const ENOUGH_LOOKS = 4

/** How often a profile is read again because it took too long to come to the write. */
export const MAX_REREADS = 3

/** Profiles on a page when a batch looks at its writes. Source: `limit` in the description of `GET /2/users`. */
export const LOOK_PAGE_SIZE = 1000

/** The list is asked for from so long before the batch: servers' clocks differ, and the answer's date is rounded down. */
export const LOOK_MARGIN_MS = 5_000

/** How long lists that turned out to say nothing of the writes aren't tried again. */
export const LISTS_RETRY_MS = 3_600_000

/** Of so many applications a process remembers what it knows of their calls and lists, those that were used last. */
export const MOST_APPLICATIONS = 1_000

/** How many changes of a user and audience or trait a process remembers, and for how long. */
export const REMEMBERED_CHANGES = 50_000
export const REMEMBERED_MS = 4 * 3_600_000

/**
 * What was changed no longer ago than this is looked at before it is taken for certain: by the profile's own time, or because
 * this process wrote it and nobody has looked. Servers' clocks differ by less.
 */
export const UNSETTLED_MS = 10_000

/** Most user tokens of one event: each costs two calls. */
export const MAX_USER_TOKENS = 20
