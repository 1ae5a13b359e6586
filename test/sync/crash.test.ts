import { setTimeout as wait } from 'node:timers/promises'
import { Chance } from '../support/chance'
import { changed, lostProfiles, missingProfiles, sentTo, withBench } from '../support/segment'

/** Where a sync is killed, in rounds: a few as a rule, more when there is time. */
const ROUNDS = process.env.LONG ? 60 : 5

describe('a sync that is killed again and again', () => {
  it('has lost nothing at any time, sends nothing twice that Segment would count twice, and ends complete', async () => {
    const chance = new Chance(Number(process.env.SEED ?? 4711))
    const options = { profiles: 1_200, segment: { latency: 5 }, algolia: { latency: 5 } }
    await withBench(options, async (bench) => {
      const { start, stateFile, segment, algolia } = bench
      const states = new Set<string>()
      let killed = 0
      for (let round = 0; round < ROUNDS; round += 1) {
        const before = segment.statistics.requests
        // Small pages, so that there are many moments to be killed at.
        const running = start([
          '--config',
          await bench.file({ pageSize: 20 }),
          '--state',
          stateFile,
          '--first-seen-event'
        ])
        // A few pages further, however fast the machine is; and somewhere within one.
        const until = before + 1 + chance.below(12)
        while (segment.statistics.requests < until && running.child.exitCode === null) await wait(1)
        await wait(chance.below(20))
        running.child.kill('SIGKILL')
        killed += (await running.ended) === 'SIGKILL' ? 1 : 0
        states.add(JSON.stringify(await bench.state().catch(() => undefined)))
        expect(await lostProfiles(bench)).toEqual([])
        // Shoppers go on shopping.
        for (const [index, profile] of [...algolia.profiles].entries()) {
          if (index % 200 === round) algolia.profiles.put(changed(profile))
        }
      }
      expect(killed).toBeGreaterThan(ROUNDS / 2)
      expect(states.size).toBeGreaterThan(2)
      // The first ends the pass that was under way; the second finds what was updated behind it.
      for (const _ of [1, 2]) expect(await start(['--state', stateFile, '--first-seen-event']).ended).toBe(0)
      expect(missingProfiles(bench)).toEqual([])
      const created = sentTo(segment)
        .filter(({ type }) => type === 'track')
        .map(({ properties }) => properties.algolia_user_id)
      expect(created.sort()).toEqual([...algolia.profiles].map(({ userID }) => userID).sort())
      expect(segment.rejected).toEqual([])
    })
  }, 600_000)
})
