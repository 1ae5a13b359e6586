import { syncProfiles, type SyncConfigInput } from '../../src/sync'
import { API_KEY, config, withBench } from '../support/segment'

describe('a configuration', () => {
  it.each<[unknown, string]>([
    [{ region: 'mars' }, 'region: must be us or eu'],
    [{ identity: 'user' }, 'identity: must be auto, userId or anonymousId'],
    [{ apiKey: undefined, region: undefined }, 'apiKey: is missing; region: is missing'],
    [{ apiKey: null }, 'apiKey: is missing'],
    [{ appId: '', segmentWriteKey: '' }, 'appId: is empty; segmentWriteKey: is empty'],
    [{ apiKey: `${API_KEY} ` }, 'apiKey: must be printable characters without spaces'],
    [{ apiKey: 17 }, 'apiKey: must be a text'],
    [{ pageSize: 0, concurrency: 99 }, 'pageSize: must be at least 1; concurrency: must be at most 16'],
    [{ pageSize: 1.5, concurrency: '8' }, 'pageSize: must be a whole number; concurrency: must be a number'],
    [{ firstSeenEvent: 'yes', indices: 'products' }, 'indices: must be a list; firstSeenEvent: must be true or false'],
    [{ affinities: ['brand', ''] }, 'affinities.1: is empty'],
    [{ startDate: 'soon' }, 'startDate: must be a date such as 2026-01-31 or 2026-01-31T08:00:00Z'],
    [{ startDat: '2026-01-01', page: 5 }, 'unknown keys startDat, page']
  ])('with %j is refused, with what each setting must be', async (changes, told) => {
    const input = { ...config, ...(changes as Partial<SyncConfigInput>) }
    await expect(syncProfiles({ config: input, stateFile: 'none.json' })).rejects.toMatchObject({
      failureType: 'config_error',
      message: `The configuration is invalid: ${told}.`
    })
  })

  it('may hold null for what is absent', async () => {
    await withBench({ profiles: 5 }, async ({ start, file, segment }) => {
      const path = await file({ ...config, startDate: null, identity: null })
      expect(await start(['--config', path]).ended).toBe(0)
      expect(segment.calls).toHaveLength(5)
    })
  })
})
