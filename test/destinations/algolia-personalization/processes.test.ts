import fc from 'fast-check'
import { Chance } from '../../support/chance'
import { deliverAll, loadProcesses, SimulatedProfiles, SimulatedTime } from '../../support/simulated-processes'
import type { TimedEvent } from '../../support/simulated-processes'

jest.setTimeout(process.env.LONG ? 3_600_000 : 60_000)

const processes = loadProcesses(4)
const time = new SimulatedTime()
const FOREIGN = '{"id":"crm","source":"crm","rate":1.0,"account":12345678901234567890}'
/** Even ones are entered, odd ones are left. */
const AUDIENCES = 6

const anEvent = fc.record({
  user: fc.nat({ max: 2 }),
  audience: fc.nat({ max: AUDIENCES - 1 }),
  at: fc.nat({ max: 1_500 }),
  process: fc.nat({ max: 3 })
})

const aScene = fc.record({
  seed: fc.integer(),
  count: fc.integer({ min: 2, max: 4 }),
  latency: fc.constantFrom(5, 20, 60, 120, 200),
  stalls: fc.constantFrom(0, 0.02, 0.1),
  limit: fc.constantFrom(undefined, undefined, 25, 60, 150),
  events: fc.array(anEvent, { minLength: 2, maxLength: 40 })
})

let scenes = 0

/** @returns what of the events that were answered 200 isn't so in the end, and which foreign entries aren't what they were */
async function play({ seed, count, latency, stalls, limit, events }: Scene): Promise<string[]> {
  scenes += 1
  const chance = new Chance(seed)
  // Later than anything that the processes remember.
  time.now = scenes * 1e8
  const algolia = new SimulatedProfiles(
    time,
    { latency, stalls, limit: limit === undefined ? undefined : { calls: limit, period: 3_000 } },
    chance.next
  )
  const wrong: string[] = []
  const random = jest.spyOn(Math, 'random').mockImplementation(chance.next)
  time.install()
  try {
    const users = [0, 1, 2].map((user) => `u${user}-${scenes}`)
    const isEntered = (audience: number): boolean => audience % 2 === 0
    const left = Array.from({ length: AUDIENCES }, (_, audience) => audience).filter((audience) => !isEntered(audience))
    for (const user of users) algolia.put(user, [FOREIGN, ...left.map(entryOf)])
    await time.run(time.sleep(20_000))
    const timed = events.map(({ user, audience, at, process }): TimedEvent => {
      return { user: users[user] ?? '', audience: `a${audience}`, entered: isEntered(audience), at, process }
    })
    const told = await time.run(deliverAll(time, algolia, processes.slice(0, count), timed, chance.next))
    // Whatever is still under way arrives.
    await time.run(time.sleep(60_000))
    for (const { user, audience, entered } of told.delivered) {
      const has = algolia.profiles.get(user)?.segments.includes(entryOf(Number(audience.slice(1)))) ?? false
      if (has !== entered) wrong.push(`${user} ${audience}: ${has}`)
    }
    for (const user of users) if (algolia.profiles.get(user)?.segments[0] !== FOREIGN) wrong.push(`foreign ${user}`)
    if (told.left > 0) wrong.push(`${told.left} are never answered 200`)
    return wrong
  } finally {
    time.restore()
    random.mockRestore()
  }
}

type Scene = typeof aScene extends fc.Arbitrary<infer Value> ? Value : never

function entryOf(audience: number): string {
  return `{"id":"a${audience}","source":"segment"}`
}

test('of what several processes answer 200 nothing is missing, however their calls interleave', async () => {
  await fc.assert(
    fc.asyncProperty(aScene, async (scene) => {
      expect(await play(scene)).toEqual([])
    }),
    { numRuns: Number(process.env.RUNS ?? (process.env.LONG ? 20_000 : 200)) }
  )
})
