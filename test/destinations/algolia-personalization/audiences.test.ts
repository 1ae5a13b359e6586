import { PayloadValidationError } from '@segment/actions-core'
import fc from 'fast-check'
import { safeAudienceId } from '../../../src/destinations/algolia-personalization/audience/ids'
import { audienceTrack } from '../../support/audience-events'
import { algoliaForEachTest, Host, settings } from '../../support/destination'
import { callsTo, managedIds } from '../../support/profiles'

const algolia = algoliaForEachTest()
const host = new Host()

async function idFor(audienceName: string, key?: string, segmentId?: string): Promise<string> {
  const { externalId } = await host.destination.createAudience({
    settings: settings,
    audienceName,
    audienceSettings: { ...(segmentId !== undefined && { segmentId }) },
    personas: key === undefined ? undefined : { computation_id: 'aud_1', computation_key: key, namespace: 'spa_1' }
  })
  return externalId
}

describe('createAudience', () => {
  test("takes the audience setting, else the audience's key, else its name", async () => {
    expect(await idFor('My name', 'my_key', 'My setting!')).toBe('My setting!')
    expect(await idFor('My name', 'my_key')).toBe('my_key')
    expect(await idFor('My name', 'my_key', '')).toBe('my_key')
    expect(await idFor('my-name')).toBe('my-name')
  })

  test('makes a name safe, always in the same way', async () => {
    const id = await idFor('Été 2026: big spenders (> 100 €)')
    expect(id).toMatch(/^_t_2026_big_spenders_100-[0-9a-f]{12}$/)
    expect(await idFor('Été 2026: big spenders (> 100 €)')).toBe(id)
  })

  test('gives names that are safe alike, or long and alike at the beginning, different ids', async () => {
    const names = [
      'VIP!',
      'VIP?',
      'VIP ',
      'VIP',
      'VIP_',
      '高级',
      '会员',
      ' ',
      '_',
      '__',
      'a__b',
      'a_b',
      'a!_b',
      `${'x'.repeat(300)}1`,
      `${'x'.repeat(300)}2`
    ]
    const ids = await Promise.all(names.map((name) => idFor(name)))
    expect(new Set(ids).size).toBe(names.length)
    for (const id of ids) expect(id).toMatch(/^(?!.*__)(?!.*_$)[A-Za-z0-9_-]{1,255}$/)
  })

  test.each([[''], ['', ''], ['', undefined, '']])(
    'refuses an audience with neither name nor key, rather than make an id of nothing',
    async (...input) => {
      await expect(idFor(...(input as [string]))).rejects.toThrow(/neither a name nor a key/)
      expect(algolia.calls).toEqual([])
    }
  )

  test('says of an id that somebody typed what it cannot be used for, and takes it all the same', async () => {
    const create = (segmentId: string) =>
      host.destination.createAudience({ settings, audienceName: 'VIP', audienceSettings: { segmentId } })
    expect(await create('Très chic')).toMatchObject({
      externalId: 'Très chic',
      warning: expect.stringContaining('rule context') as string
    })
    expect(await create('tier__gold')).toMatchObject({ warning: expect.stringContaining('trait "tier"') as string })
    expect(await create('vip-2_x')).toEqual({ externalId: 'vip-2_x' })
  })

  test('gives an id under which events are delivered', async () => {
    const external_audience_id = await idFor('Été 2026')
    const event = audienceTrack('u1', 'ete_2026', true)
    await host.deliver('enterAudience', {
      ...event,
      context: { personas: { ...event.context?.personas, external_audience_id } }
    })
    expect(managedIds(algolia, 'u1')).toEqual([external_audience_id])
  })

  test('refuses a setting that cannot be an id', async () => {
    await expect(idFor('name', 'key', 'line\nbreak')).rejects.toThrow(PayloadValidationError)
  })

  test('verifies the credentials', async () => {
    await idFor('name')
    expect(callsTo(algolia)).toEqual(['GET /2/users?limit=1'])
    algolia.application.apiKey = 'changed'
    await expect(idFor('name')).rejects.toMatchObject({ status: 401 })
  })
})

test('any two texts get two ids, each the same every time, usable as a rule context, and unlike a trait', () => {
  const anyText = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }),
    fc.string({ unit: fc.constantFrom('a', 'B', '7', '_', '-', ' ', 'é'), minLength: 1, maxLength: 12 })
  )
  fc.assert(
    fc.property(anyText, anyText, (one, other) => {
      const id = safeAudienceId(one)
      expect(id).toMatch(/^(?!.*__)(?!.*_$)[A-Za-z0-9_-]{1,255}$/)
      expect(safeAudienceId(one)).toBe(id)
      if (one !== other) expect(safeAudienceId(other)).not.toBe(id)
      if (/^([A-Za-z0-9-]|(?<!_)_(?!_|$)){1,255}$/.test(one)) expect(id).toBe(one)
      else expect(id).toMatch(/-[0-9a-f]{12}$/)
    }),
    { numRuns: 2000 }
  )
})

describe('getAudience', () => {
  const get = (externalId: string) => host.destination.getAudience({ settings: settings, externalId })

  test('gives the id back', async () => {
    expect(await get('my_key')).toEqual({ externalId: 'my_key' })
  })

  test('refuses what cannot be an id', async () => {
    await expect(get('')).rejects.toThrow(PayloadValidationError)
  })

  test('verifies the credentials', async () => {
    algolia.application.planIncludesFeature = false
    await expect(get('my_key')).rejects.toMatchObject({ status: 402 })
  })
})

test('audiences are synced, and not in full each time', () => {
  expect(host.destination.definition).toMatchObject({
    audienceConfig: { mode: { type: 'synced', full_audience_sync: false } },
    audienceFields: { segmentId: { type: 'string', required: false } }
  })
})
