import { createHash } from 'node:crypto'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { ClassicLevel } from 'classic-level'
import type { Profile } from '../../src/local/algolia'
import { API_KEY, type Bench, changed, config, profile, withBench, WRITE_KEY } from '../support/segment'

const digest = (parts: unknown[]): string => createHash('sha256').update(JSON.stringify(parts)).digest('hex')

const formerTarget = digest([config.appId, WRITE_KEY, 'auto'])

/** Turns a state into what the first version kept after the same run: a mark for each update, and the rule in the target. */
async function makeFormer({ stateFile, algolia }: Bench): Promise<void> {
  const store = new ClassicLevel(`${stateFile}.seen`, { valueEncoding: 'hex' })
  for (const { userID, lastUpdatedAt } of algolia.profiles) {
    const who = userID.startsWith('anonymous-') ? { anonymousId: userID } : { userId: userID }
    await store.put(userID, digest([formerTarget, who, lastUpdatedAt]).slice(0, 16))
  }
  await store.close()
  const { minScore: _, ...state } = JSON.parse(await readFile(stateFile, 'utf8')) as Record<string, unknown>
  await writeFile(stateFile, JSON.stringify({ ...state, target: formerTarget }))
}

const profiles = (): Profile[] => [profile('anonymous-1'), profile('anonymous-2'), profile('user-1'), profile('user-2')]

const warningsIn = (log: readonly string[]): string[] => log.filter((line) => line.startsWith('warn: '))

describe('the state of the first version', () => {
  it('is taken over: nothing that Segment has is sent again, and what is sent again is said before', async () => {
    await withBench({ profiles: profiles() }, async (bench) => {
      const { sync, segment, algolia, log } = bench
      await sync()
      await makeFormer(bench)
      // What has changed of it, nobody knows any more.
      const [, known] = algolia.profiles
      algolia.profiles.put({ ...known!, lastUpdatedAt: new Date().toISOString() })
      expect((await sync()).summary.profiles).toMatchObject({ read: 4, sent: 1, known: 3, firstSeen: 0 })
      expect(segment.calls).toHaveLength(5)
      expect(warningsIn(log)).toEqual([
        expect.stringMatching(/taken over: profiles that were updated since .* once more/)
      ])
      // From now on, it is as any other.
      for (const each of [...algolia.profiles]) {
        algolia.profiles.put({ ...each, lastUpdatedAt: new Date().toISOString() })
      }
      expect((await sync()).summary.profiles).toMatchObject({ sent: 0, known: 4 })
      expect(warningsIn(log)).toHaveLength(1)
    })
  })

  it('is taken over from the store alone when the state file is gone', async () => {
    await withBench({ profiles: profiles() }, async (bench) => {
      await bench.sync()
      await makeFormer(bench)
      await rm(bench.stateFile)
      expect((await bench.sync()).summary.profiles).toMatchObject({ read: 4, sent: 0, known: 4 })
    })
  })

  it('knows who was sent as what, so that nobody changes sides', async () => {
    await withBench({ profiles: profiles() }, async (bench) => {
      await bench.sync()
      await makeFormer(bench)
      expect(await bench.sync({ config: { identity: 'anonymousId' } })).toMatchObject({
        outcome: 'failed',
        error: { kind: 'config', message: expect.stringContaining('user-1 was sent as userId') }
      })
      expect(bench.segment.calls).toHaveLength(4)
    })
  })

  it('of another source is not taken over: everything is sent, which is said before', async () => {
    await withBench({ profiles: profiles() }, async (bench) => {
      const { sync, segment, log } = bench
      await sync()
      await makeFormer(bench)
      segment.writeKey = 'another-key'
      const result = await sync({ config: { segmentWriteKey: 'another-key', apiKey: API_KEY } })
      expect(result.summary.profiles).toMatchObject({ sent: 4 })
      expect(warningsIn(log)).toEqual([expect.stringMatching(/has changed since .*read anew, and sent again/)])
    })
  })
})

it('a .seen that is gone beside a state is told, before anything is sent', async () => {
  await withBench({ profiles: profiles() }, async ({ sync, segment, algolia, log, stateFile }) => {
    await sync()
    await rm(`${stateFile}.seen`, { recursive: true })
    const [known] = algolia.profiles
    algolia.profiles.put(changed(known!))
    const { requests } = segment.statistics
    let toldAfter = -1
    const onLog = (level: string, line: string): void => {
      log.push(line)
      if (level === 'warn') toldAfter = segment.statistics.requests - requests
    }
    await sync({ onLog })
    expect(toldAfter).toBe(0)
    expect(log.filter((line) => line.includes(`${stateFile}.seen is gone`))).toHaveLength(1)
  })
})
