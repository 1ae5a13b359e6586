import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { missingProfiles, profile, versionsIn, versionsOf, withBench } from '../support/segment'

describe('a run after another', () => {
  it('sends nothing when nothing has changed, also what lies in the margin that is read again', async () => {
    const lately = Array.from({ length: 30 }, (_, index) => profile(`user-${index}`))
    await withBench({ profiles: lately }, async ({ sync, segment }) => {
      expect((await sync()).summary.profiles).toMatchObject({ read: 30, sent: 30, known: 0 })
      const { requests } = segment.statistics
      expect((await sync()).summary.profiles).toMatchObject({ read: 30, sent: 0, known: 30 })
      expect(segment.statistics.requests).toBe(requests)
    })
  })

  it('sends what has changed or is new, and that alone', async () => {
    await withBench({ profiles: 2_500 }, async ({ sync, segment, algolia }) => {
      expect((await sync({ config: { pageSize: 500 } })).summary.profiles).toMatchObject({ read: 2_500, sent: 2_500 })
      expect(versionsOf(segment.calls)).toEqual(versionsIn(algolia.profiles))
      const [known] = algolia.profiles
      const changed = [profile(known!.userID), profile('brand-new')]
      changed.forEach((each) => algolia.profiles.put(each))
      expect((await sync()).summary.profiles).toMatchObject({ sent: 2, firstSeen: 1 })
      expect(versionsOf(segment.calls.slice(2_500))).toEqual(versionsIn(changed))
    })
  })

  it('finds a profile that was updated during the run before, behind the reader', async () => {
    await withBench({ profiles: 400 }, async ({ sync, segment, algolia }) => {
      const [first] = algolia.profiles
      let pages = 0
      const onProgress = (): void => {
        pages += 1
        if (pages === 3) algolia.profiles.put(profile(first!.userID))
      }
      await sync({ config: { pageSize: 100, concurrency: 1 }, onProgress })
      expect(segment.calls).toHaveLength(400)
      await sync()
      expect(missingProfiles({ algolia, segment })).toEqual([])
    })
  })

  it('sends nothing again when the state file is gone, and everything when all that is kept is gone', async () => {
    await withBench({ profiles: 50 }, async ({ sync, segment, stateFile }) => {
      await sync()
      await rm(stateFile)
      expect((await sync()).summary.profiles).toMatchObject({ read: 50, sent: 0, known: 50 })
      await rm(stateFile)
      await rm(`${stateFile}.seen`, { recursive: true })
      expect((await sync()).summary.profiles).toMatchObject({ read: 50, sent: 50 })
      // Segment drops them by their message ids.
      expect(segment.statistics).toMatchObject({ accepted: 50, repeated: 50 })
    })
  })

  it('reads everything anew when the filters change, and sends only what was not sent before', async () => {
    const profiles = [profile('user-1', { lastUpdatedAt: '2026-01-01T00:00:00Z' }), profile('user-2')]
    await withBench({ profiles }, async ({ sync, segment, log }) => {
      await sync({ config: { startDate: '2026-02-01' } })
      expect(segment.calls.map(({ userId }) => userId)).toEqual(['user-2'])
      await sync()
      expect(segment.calls.map(({ userId }) => userId)).toEqual(['user-2', 'user-1'])
      expect(log.filter((line) => line.startsWith('warn: '))).toEqual([expect.stringContaining('have changed')])
    })
  })

  it('sends everything when the source in Segment has changed, and says so', async () => {
    await withBench({ profiles: 50 }, async ({ sync, segment, log }) => {
      await sync()
      const config = { segmentWriteKey: 'another-key' }
      segment.writeKey = config.segmentWriteKey
      const { outcome, summary } = await sync({ config })
      expect({ outcome, ...summary.profiles }).toMatchObject({ outcome: 'delivered', sent: 50, firstSeen: 0 })
      expect(segment.calls).toHaveLength(100)
      expect(log.filter((line) => line.startsWith('warn: '))).toEqual([expect.stringContaining('has changed since')])
    })
  })
})

it('a run whose start date lies in the future warns of it, as it finds nothing', async () => {
  await withBench({ profiles: 5 }, async ({ sync, log }) => {
    expect((await sync({ config: { startDate: '2999-01-01' } })).summary.profiles).toMatchObject({ read: 0 })
    const warnings = log.filter((line) => line.startsWith('warn: '))
    expect(warnings).toEqual([expect.stringContaining('The start date 2999-01-01 lies in the future')])
    await sync({ config: { startDate: '2001-01-01' } })
    expect(log.filter((line) => line.includes('lies in the future'))).toHaveLength(1)
  })
})

describe('the state', () => {
  it('holds neither of the keys', async () => {
    await withBench({ profiles: 20 }, async ({ sync, directory }) => {
      await sync()
      for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile()) continue
        const content = await readFile(join(entry.parentPath, entry.name), 'latin1')
        expect(content).not.toMatch(/secret-/)
      }
    })
  })

  it('is put where it is told, for its owner only', async () => {
    await withBench({ profiles: 5 }, async ({ sync, directory }) => {
      await mkdir(join(directory, 'down'))
      const stateFile = join(directory, 'down/here.json')
      expect((await sync({ stateFile })).outcome).toBe('delivered')
      expect((await readdir(join(directory, 'down'))).sort()).toEqual(['here.json', 'here.json.seen'])
      const modes = await Promise.all([stateFile, `${stateFile}.seen`].map(async (path) => (await stat(path)).mode))
      if (process.platform !== 'win32') expect(modes.map((mode) => mode & 0o777)).toEqual([0o600, 0o700])
    })
  })

  it('is not put into a directory that does not exist: the run ends and makes none', async () => {
    await withBench({ profiles: 5 }, async ({ sync, directory }) => {
      const parent = join(directory, 'mistyped/path')
      expect(await sync({ stateFile: join(parent, 'state.json') })).toMatchObject({
        outcome: 'failed',
        error: {
          failureType: 'config_error',
          message: expect.stringContaining(`The directory ${parent}, in which the state is to be kept, does not exist`)
        },
        summary: { profiles: { read: 0 } }
      })
      expect(await readdir(directory)).toEqual([])
    })
  })

  // Node's recursive `mkdir` never ends there.
  const itOnLinux = process.platform === 'linux' ? it : it.skip
  itOnLinux('is not put where nothing can be created', async () => {
    await withBench({ profiles: 5 }, async ({ sync }) => {
      expect(await sync({ stateFile: '/proc/state.json' })).toMatchObject({
        outcome: 'failed',
        error: {
          failureType: 'config_error',
          message: expect.stringMatching(/\/proc\/state\.json\.seen can't be created/)
        }
      })
    })
  })

  it.each([
    '',
    '{"version":1',
    '[]',
    '{"version":2}',
    '{"version":1,"target":"x","profiles":{"cursor":"soon"}}',
    'null'
  ])('is not gone on from when it reads %j: the run ends and says what to do', async (content) => {
    await withBench({ profiles: 5 }, async ({ sync, stateFile, segment }) => {
      await writeFile(stateFile, content)
      expect(await sync()).toMatchObject({
        outcome: 'failed',
        error: {
          failureType: 'config_error',
          message: expect.stringContaining(`The state file ${stateFile} is damaged`)
        }
      })
      expect(await readFile(stateFile, 'utf8')).toBe(content)
      expect(segment.statistics.requests).toBe(0)
    })
  })

  it('that cannot be read fails the run', async () => {
    await withBench({ profiles: 5 }, async ({ sync, stateFile, segment }) => {
      await mkdir(stateFile)
      expect(await sync()).toMatchObject({
        outcome: 'failed',
        error: { failureType: 'config_error', message: expect.stringContaining("can't be read (EISDIR)") }
      })
      expect(segment.statistics.requests).toBe(0)
    })
  })

  it('that cannot be written fails the run, and the next one finds its way', async () => {
    await withBench({ profiles: 20 }, async ({ sync, stateFile, segment }) => {
      // What would be written first is a directory already.
      await mkdir(`${stateFile}.tmp`)
      expect(await sync()).toMatchObject({
        outcome: 'failed',
        error: { message: expect.stringContaining("can't be written") }
      })
      await rm(`${stateFile}.tmp`, { recursive: true })
      expect((await sync()).summary.profiles).toMatchObject({ read: 20, sent: 0, known: 20 })
      expect(segment.statistics).toMatchObject({ accepted: 20, repeated: 0 })
    })
  })

  it('is used by one sync at a time: a second one fails and touches nothing', async () => {
    await withBench({ profiles: 300, segment: { latency: 100 } }, async ({ sync, segment }) => {
      let second: Promise<unknown> | undefined
      const onProgress = (): void => void (second ??= sync())
      expect((await sync({ config: { pageSize: 100, concurrency: 1 }, onProgress })).outcome).toBe('delivered')
      expect(await second).toMatchObject({
        outcome: 'failed',
        error: { failureType: 'transient_error', message: expect.stringContaining('Another sync') },
        summary: { profiles: { read: 0 } }
      })
      expect(segment.statistics).toMatchObject({ accepted: 300, repeated: 0 })
    })
  })

  it('is not looked into by a dry run while a sync uses it, as that says', async () => {
    await withBench({ profiles: 300, segment: { latency: 100 } }, async ({ sync }) => {
      let dry: Promise<unknown> | undefined
      const onProgress = (): void => void (dry ??= sync({ dryRun: () => Promise.resolve() }))
      expect((await sync({ config: { pageSize: 100, concurrency: 1 }, onProgress })).outcome).toBe('delivered')
      expect(await dry).toMatchObject({
        outcome: 'failed',
        error: { failureType: 'transient_error', message: expect.stringMatching(/dry run.*Wait for the other one/) }
      })
    })
  })
})
