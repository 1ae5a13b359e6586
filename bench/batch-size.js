/**
 * Which batch size is best? Simulates, on a clock of its own, what Segment sends to the destination and how Algolia's
 * limit answers it, for batch sizes from 50 to 1,000, and prints a table: the one in the destination's constants.ts.
 *
 *   node bench/batch-size.js [milliseconds until an answer]
 *
 * What is simulated:
 * - an initial fill of 100,000 users in 5 audiences, each user's list changing with each event; in three orders: the
 *   audiences one after another; all at the same time, in the same order of users but up to 500 events apart; and all
 *   events of a user together
 * - then an hour of churn: a user changes every 0.7 s, in one to three audiences, delivered within a second or two
 * - a host that sends at most four batches at the same time, filled with what is there (bulk) or what came within a
 *   second (stream); after a 429 it waits, 1 s at first and up to a minute, and sends what failed again in new batches
 * - 500 calls a minute, a fifth of them used by a reader; answers after 60 ms, half as many or half as many more
 * - a destination that has 16 users of a batch under way, reads and writes each once, looks once at what it has written
 *   400 ms after the last write, and sends nothing more once no calls are left: what has been read by then and not
 *   written was read in vain
 */
const SIZES = [50, 100, 125, 250, 500, 1000]
const USERS = 100_000
const AUDIENCES = 5
const CALLS_PER_MINUTE = 500
const READERS_CALLS = 100
const LATENCY = Number(process.argv[2] ?? 60)
const LOOK_AFTER = 400
const USERS_AT_A_TIME = 16
const BATCHES_AT_A_TIME = 4

/** Mulberry32: the same chance each time. */
function chanceFrom(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** What has to happen, in order of time: a heap of [time, action]. */
class Clock {
  #heap = []
  now = 0

  at(time, action) {
    const heap = this.#heap
    let index = heap.push([time, action]) - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (heap[parent][0] <= heap[index][0]) break
      ;[heap[parent], heap[index]] = [heap[index], heap[parent]]
      index = parent
    }
  }

  run() {
    const heap = this.#heap
    while (heap.length > 0) {
      const [time, action] = heap[0]
      const last = heap.pop()
      if (heap.length > 0) {
        heap[0] = last
        for (let index = 0; ;) {
          let least = index
          for (const child of [2 * index + 1, 2 * index + 2]) {
            if (child < heap.length && heap[child][0] < heap[least][0]) least = child
          }
          if (least === index) break
          ;[heap[least], heap[index]] = [heap[index], heap[least]]
          index = least
        }
      }
      this.now = time
      action()
    }
  }
}

/** Algolia: a minute's calls, of which a reader takes its part evenly. */
class Algolia {
  calls = 0
  #minute = 0
  #used = 0

  constructor(clock, chance) {
    this.clock = clock
    this.chance = chance
  }

  /** Answers with how many calls are left, or -1 for a 429. */
  call(answer) {
    const minute = Math.floor(this.clock.now / 60_000)
    if (minute !== this.#minute) [this.#minute, this.#used] = [minute, 0]
    const byReader = Math.floor(((this.clock.now % 60_000) / 60_000) * READERS_CALLS)
    const left = CALLS_PER_MINUTE - byReader - this.#used - 1
    if (left >= 0) this.#used += 1
    this.calls += 1
    this.clock.at(this.clock.now + LATENCY * (0.5 + this.chance()), () => answer(left))
  }
}

/** One call to the destination: resolves `done(failed events)` when all of the batch has an answer. */
function deliver(clock, algolia, events, done) {
  const byUser = new Map()
  for (const event of events) byUser.set(event.user, [...(byUser.get(event.user) ?? []), event])
  const users = [...byUser.values()]
  const failed = []
  let next = 0
  let underWay = 0
  let wrote = false
  let stopped = false
  const learn = (left) => {
    if (left <= 0) stopped = true
    return left >= 0
  }
  const end = () => {
    for (; next < users.length; next++) failed.push(...users[next])
    if (!wrote || stopped) return done(failed)
    clock.at(clock.now + LOOK_AFTER, () => algolia.call(() => done(failed)))
  }
  const proceed = () => {
    while (underWay < USERS_AT_A_TIME && next < users.length && !stopped) {
      const events = users[next++]
      underWay += 1
      const leave = (delivered) => {
        if (delivered) wrote = true
        else failed.push(...events)
        underWay -= 1
        proceed()
      }
      algolia.call((left) => {
        if (!learn(left) || stopped) return leave(false)
        algolia.call((left) => leave(learn(left)))
      })
    }
    if (underWay === 0) end()
  }
  proceed()
}

/**
 * A host with events, each to be delivered from its time on.
 * @returns calls, minutes, and how long calls to the destination took
 */
function simulate(events, size, wait) {
  const clock = new Clock()
  const chance = chanceFrom(7)
  const algolia = new Algolia(clock, chance)
  const durations = []
  let position = 0
  let again = []
  let delivered = 0
  let ended = 0
  let free = BATCHES_AT_A_TIME
  let backoff = 0
  let quietUntil = 0
  let scheduled = false
  const later = (time) => {
    if (scheduled) return
    scheduled = true
    clock.at(time, () => {
      scheduled = false
      dispatch()
    })
  }
  const dispatch = () => {
    while (free > 0) {
      if (clock.now < quietUntil) return later(quietUntil)
      const batch = again.splice(0, size)
      while (batch.length < size && position < events.length && events[position].time <= clock.now) {
        batch.push(events[position++])
      }
      if (batch.length === 0) {
        if (position < events.length) later(Math.max(events[position].time + wait, clock.now + 1))
        return
      }
      free -= 1
      const start = clock.now
      deliver(clock, algolia, batch, (failed) => {
        durations.push(clock.now - start)
        free += 1
        delivered += batch.length - failed.length
        if (delivered > 0) ended = clock.now
        if (failed.length > 0) {
          again = again.concat(failed)
          backoff = Math.min(Math.max(1000, backoff * 2), 60_000)
          quietUntil = Math.max(quietUntil, clock.now + backoff * (0.5 + chance()))
        } else backoff = 0
        dispatch()
      })
    }
  }
  dispatch()
  clock.run()
  if (delivered !== events.length) throw new Error(`${delivered} of ${events.length} delivered`)
  durations.sort((a, b) => a - b)
  return {
    calls: algolia.calls / events.length,
    minutes: ended / 60_000,
    batches: durations.length,
    median: durations[durations.length >> 1] / 1000,
    longest: durations.at(-1) / 1000
  }
}

const orders = {
  'one audience after another': (audience, user) => audience * USERS + user,
  'all audiences at a time': (audience, user, chance) => user * AUDIENCES + chance() * 500,
  'user after user': (audience, user) => user * AUDIENCES + audience
}

function fill(rank) {
  const chance = chanceFrom(1)
  const events = []
  for (let audience = 0; audience < AUDIENCES; audience++) {
    for (let user = 0; user < USERS; user++) events.push({ user, time: 0, rank: rank(audience, user, chance) })
  }
  return events.sort((a, b) => a.rank - b.rank)
}

function churn() {
  const chance = chanceFrom(2)
  const events = []
  for (let time = 0; time < 3_600_000; time += 700 * 2 * chance()) {
    const user = Math.floor(chance() * USERS)
    const changes = 1 + Math.floor(chance() * 3)
    for (let index = 0; index < changes; index++) events.push({ user, time: time + chance() * 2000 })
  }
  return events.sort((a, b) => a.time - b.time)
}

const workloads = [...Object.entries(orders).map(([name, rank]) => [name, fill(rank), 0]), ['churn', churn(), 1000]]
for (const [name, events, wait] of workloads) {
  console.log(`\n${name} (${events.length} events)\n`)
  console.log('| batch size | calls for an event | minutes | calls to the destination | median s | longest s |')
  console.log('| ---: | ---: | ---: | ---: | ---: | ---: |')
  for (const size of SIZES) {
    const { calls, minutes, batches, median, longest } = simulate(events, size, wait)
    const figures = [size, calls.toFixed(3), minutes.toFixed(0), batches, median.toFixed(1), longest.toFixed(1)]
    console.log(`| ${figures.join(' | ')} |`)
  }
}
