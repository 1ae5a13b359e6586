import { chmod, rm, symlink } from 'node:fs/promises'
import { ClassicLevel } from 'classic-level'
import { profile, until, versionsIn, versionsOf, withBench } from '../support/segment'

/** Runs as somebody else, or, where that isn't allowed, with a store that its own user may not read. */
async function asSomebodyElse<Result>(store: string, run: () => Promise<Result>): Promise<Result> {
  if (process.geteuid?.() !== 0) {
    await chmod(store, 0)
    return run().finally(() => chmod(store, 0o700))
  }
  process.seteuid?.(65_534)
  return run().finally(() => process.seteuid?.(0))
}

describe('a store that belongs to another user', () => {
  it('ends the run, says that it is for the permissions, and does not advise to delete anything', async () => {
    await withBench({ profiles: 5 }, async ({ sync, directory, stateFile, segment }) => {
      await sync()
      await chmod(directory, 0o755)
      const result = await asSomebodyElse(`${stateFile}.seen`, () => sync())
      expect(result).toMatchObject({ outcome: 'failed', error: { kind: 'config' } })
      const message = result.outcome === 'failed' ? result.error.message : ''
      expect(message).toContain('(EACCES)')
      expect(message).not.toMatch(/delete|damaged/)
      expect(segment.calls).toHaveLength(5)
      expect((await sync()).summary.profiles).toMatchObject({ sent: 0 })
    })
  })
})

describe('a full disk', () => {
  it('is said as that when the state can’t be written, and loses nothing', async () => {
    await withBench({ profiles: 30 }, async ({ sync, stateFile, segment, algolia }) => {
      // Whatever is written there meets a full disk.
      await symlink('/dev/full', `${stateFile}.tmp`)
      expect(await sync()).toMatchObject({
        outcome: 'failed',
        error: { kind: 'transient', message: expect.stringMatching(/disk is full \(ENOSPC\).*nothing is lost/) }
      })
      await rm(`${stateFile}.tmp`)
      expect((await sync()).summary.profiles).toMatchObject({ read: 30, sent: 0, known: 30 })
      expect(versionsOf(segment.calls)).toEqual(versionsIn(algolia.profiles))
      expect(segment.statistics.repeated).toBe(0)
    })
  })

  it('is said as that when what was sent can’t be kept, and the next run sends it again with the same ids', async () => {
    await withBench({ profiles: 30 }, async ({ sync, segment, algolia }) => {
      const full = Object.assign(new Error('Failed'), {
        cause: { code: 'LEVEL_IO_ERROR', message: 'IO error: /x/000003.log: No space left on device' }
      })
      const batch = jest.spyOn(ClassicLevel.prototype, 'batch').mockImplementation(() => Promise.reject(full) as never)
      try {
        expect(await sync()).toMatchObject({
          outcome: 'failed',
          error: { kind: 'transient', message: expect.stringMatching(/disk is full \(ENOSPC\).*nothing is lost/) }
        })
      } finally {
        batch.mockRestore()
      }
      expect((await sync()).summary.profiles).toMatchObject({ sent: 30 })
      expect(versionsOf(segment.calls)).toEqual(versionsIn(algolia.profiles))
      expect(segment.statistics).toMatchObject({ accepted: 30, repeated: 30 })
    })
  })

  it('ends a run and not --every: once there is room, it goes on', async () => {
    await withBench({ profiles: [profile('user-1')] }, async ({ start, stateFile, segment }) => {
      await symlink('/dev/full', `${stateFile}.tmp`)
      const running = start(['--every', '1s', '--state', stateFile])
      await until(() => running.stderr.split('disk is full').length > 2)
      await rm(`${stateFile}.tmp`)
      await until(() => running.stderr.includes('Delivered: '))
      running.child.kill('SIGTERM')
      expect(await running.ended).toBe(2)
      expect(segment.statistics).toMatchObject({ accepted: 1, repeated: 0 })
    })
  })
})

it('a damaged store is told as damaged', async () => {
  await withBench({ profiles: 5 }, async ({ sync, stateFile }) => {
    await sync()
    await rm(`${stateFile}.seen/CURRENT`)
    await symlink('/dev/null', `${stateFile}.seen/CURRENT`)
    expect(await sync()).toMatchObject({
      outcome: 'failed',
      error: { kind: 'config', message: expect.stringContaining('seems to be damaged') }
    })
  })
})
