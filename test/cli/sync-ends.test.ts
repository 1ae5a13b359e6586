import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { changed, profile, sentTo, until, versionsIn, versionsOf, withBench } from '../support/segment'

/** How whole runs of the command line end when something is wrong with one profile, with a key, or with a neighbour. */

/** Each batch that this profile stands in is refused as a whole, and none says which profile it is. */
const refusing = (userToken: string) => (_: number, body: string) =>
  body.includes(`"${userToken}"`) ? { status: 400 } : undefined

describe('a profile that Segment refuses', () => {
  it('is told with its user token and remembered; the rest arrives, and the next run does not stop at it', async () => {
    const profiles = Array.from({ length: 700 }, (_, index) => profile(`user-${String(index).padStart(3, '0')}`))
    const poison = 'user-365'
    await withBench({ profiles }, async ({ start, segment, algolia, stateFile }) => {
      segment.fault = refusing(poison)
      const flags = ['--state', stateFile, '--first-seen-event']
      const first = start(flags)
      expect(await first.ended).toBe(0)
      const sent = segment.calls.length
      expect(versionsOf(segment.calls)).toEqual(
        versionsIn([...algolia.profiles].filter(({ userID }) => userID !== poison))
      )
      const lines = first.stderr.split('\n')
      expect(lines.filter((line) => line.startsWith('Warning: '))).toEqual([
        expect.stringMatching(`The profile ${poison} is rejected, as Segment refuses it .*400.* when it changes`)
      ])
      expect(lines.at(-2)).toMatch(/^Delivered: 700 profiles read, 699 sent, 0 known already, 1 rejected, /)

      // It is remembered: nothing goes out, and there is nothing to be refused.
      const { requests } = segment.statistics
      const second = start(flags)
      expect(await second.ended).toBe(0)
      expect(second.stderr).toMatch(/Delivered: .*, 0 sent, .* 0 rejected, /)
      expect(segment.statistics.requests).toBe(requests)

      // It comes when it has changed and is no longer refused, as one that was never seen.
      segment.fault = () => undefined
      algolia.profiles.put(changed(algolia.profiles.get(poison)!))
      expect(await start(flags).ended).toBe(0)
      expect(sentTo(segment).slice(sent)).toMatchObject([
        { type: 'identify', userId: poison },
        { type: 'track', userId: poison }
      ])
      expect(segment.statistics.repeated).toBe(0)
    })
  })
})

describe('a wrong key', () => {
  it('of Segment and one of Algolia end a run alike: 1, one line with what to do, nothing kept', async () => {
    const ends: object[] = []
    for (const variable of ['ALGOLIA_API_KEY', 'SEGMENT_WRITE_KEY']) {
      const wrong = { [variable]: 'wrong-key' }
      await withBench({ profiles: 5 }, async ({ start, segment, directory }) => {
        const text = start([], wrong)
        const code = await text.ended
        const json = start(['--log', 'json', '--metrics', 'metrics.json'], wrong)
        expect(await json.ended).toBe(code)
        expect(segment.calls).toEqual([])
        const lines = text.stderr.trimEnd().split('\n')
        expect(lines.join()).not.toContain('wrong-key')
        expect(lines.at(-1)).toMatch(
          /^Error: (Algolia refused the credentials|Segment refused the write key) \(401\).*Check /
        )
        const [, last] = json.stderr.trimEnd().split('\n')
        const { level, outcome, failureType } = JSON.parse(last!) as Record<string, unknown>
        const metrics = JSON.parse(await readFile(join(directory, 'metrics.json'), 'utf8')) as {
          outcome: string
          error: { type: string }
        }
        ends.push({
          code,
          lines: lines.length,
          last: { level, outcome, failureType },
          metrics: [metrics.outcome, metrics.error.type],
          files: (await readdir(directory)).sort()
        })
      })
    }
    expect(ends[0]).toEqual({
      code: 1,
      lines: 2,
      last: { level: 'error', outcome: 'failed', failureType: 'config_error' },
      metrics: ['failed', 'config_error'],
      files: expect.arrayContaining(['metrics.json'])
    })
    expect(ends[1]).toEqual(ends[0])
  })

  it('of Segment ends --every, too', async () => {
    await withBench({ profiles: 5 }, async ({ start }) => {
      expect(await start(['--every', '1s'], { SEGMENT_WRITE_KEY: 'wrong-key' }).ended).toBe(1)
    })
  })
})

it('two syncs at once with one state: the second ends with 2 and touches nothing, the first delivers everything once', async () => {
  await withBench(
    { profiles: 400, segment: { latency: 300 } },
    async ({ start, segment, algolia, stateFile, file }) => {
      const flags = ['--state', stateFile, '--config', await file({ pageSize: 100 })]
      const first = start(flags)
      await until(() => segment.statistics.requests > 0)
      const second = start(flags)
      expect(await second.ended).toBe(2)
      expect(second.stderr).toContain('Another sync with the same state is running')
      expect(await first.ended).toBe(0)
      expect(versionsOf(segment.calls)).toEqual(versionsIn(algolia.profiles))
      expect(segment.statistics).toMatchObject({ accepted: 400, repeated: 0 })
      expect(await start(flags).ended).toBe(0)
      expect(segment.statistics.accepted).toBe(400)
    }
  )
})
