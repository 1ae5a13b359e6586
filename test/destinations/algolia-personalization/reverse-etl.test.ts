import { PayloadValidationError } from '@segment/actions-core'
import { algoliaForEachTest, Host, settings } from '../../support/destination'
import { callsTo, giveProfile, managedIds } from '../../support/profiles'
import type { ActionName, Event } from '../../support/destination'

const algolia = algoliaForEachTest()
const host = new Host()

beforeEach(() => {
  giveProfile(algolia, 'u-1', [
    { id: 'gold_members', source: 'segment' },
    { id: 'gold_members', source: 'crm' }
  ])
})

/** A row of a model whose unique identifier is the user token, as Segment sends it. A deleted row is null elsewhere. */
function row(event: 'new' | 'updated' | 'deleted', token = 'u-1'): Event {
  const column = (value: unknown) => (event === 'deleted' ? null : value)
  return {
    type: 'track',
    event,
    userId: null,
    anonymousId: null,
    __segment_id: token,
    properties: { user_token: column(token), tier: column('gold'), algolia_user_id: column(undefined) },
    timestamp: '2026-11-26T12:00:00.000Z'
  } as Event
}

/** What Segment keeps in a mapping once the hook has been saved: its outputs, beside the sync mode. */
async function saved(audience: string, syncMode?: string): Promise<Record<string, unknown>> {
  const answer = await askHook('syncAudience', audience)
  return {
    retlOnMappingSave: { inputs: { audience }, outputs: answer.savedData },
    ...(syncMode && { __segment_internal_sync_mode: syncMode })
  }
}

interface HookAnswer {
  savedData?: { segmentId: string }
  successMessage?: string
  error?: { code: string }
}

function askHook(action: ActionName, audience: unknown): Promise<HookAnswer> {
  const hookInputs = { audience }
  return host.destination.actions[action]!.executeHook('retlOnMappingSave', {
    settings,
    hookInputs,
    payload: {}
  } as never) as Promise<HookAnswer>
}

describe('with default mappings and the audience chosen in the mapping', () => {
  test.each(['mirror', 'delete'])('a deleted row leaves the audience (%s)', async (syncMode) => {
    const mapping = await saved('Gold members', syncMode)
    const { segmentId } = (mapping.retlOnMappingSave as { outputs: { segmentId: string } }).outputs
    giveProfile(algolia, 'u-2', [{ id: segmentId, source: 'segment' }])
    giveProfile(algolia, 'u-3', [{ id: segmentId, source: 'segment' }])
    await host.deliver('syncAudience', row('deleted', 'u-2'), { mapping })
    expect(await host.deliverBatch('syncAudience', [row('deleted', 'u-3')], { mapping })).toMatchObject([
      { status: 200 }
    ])
    expect([managedIds(algolia, 'u-2'), managedIds(algolia, 'u-3')]).toEqual([[], []])
  })

  test('new and updated rows enter it, deleted ones leave it, and segments of others stay', async () => {
    const mapping = await saved('gold_members', 'mirror')
    const entries = await host.deliverBatch(
      'syncAudience',
      [row('new', 'u-2'), row('updated', 'u-3'), row('deleted'), row('deleted', 'u-2')],
      { mapping }
    )
    expect(entries.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect([managedIds(algolia, 'u-2'), managedIds(algolia, 'u-3')]).toEqual([[], ['gold_members']])
    expect(algolia.profiles.get('u-1')?.segments).toEqual([{ id: 'gold_members', source: 'crm' }])
  })

  test('the audience of the hook wins over that of the field, in single events and in batches', async () => {
    const mapping = { ...(await saved('chosen', 'mirror')), segmentId: 'typed' }
    await host.deliver('syncAudience', row('new', 'u-2'), { mapping })
    await host.deliverBatch('syncAudience', [row('new', 'u-3')], { mapping })
    expect([managedIds(algolia, 'u-2'), managedIds(algolia, 'u-3')]).toEqual([['chosen'], ['chosen']])
  })

  test('a deleted row at Enter Audience is a success without a call, and at Exit Audience an exit', async () => {
    const mapping = await saved('gold_members')
    await host.deliver('enterAudience', row('deleted'), { mapping })
    expect(await host.deliverBatch('enterAudience', [row('deleted')], { mapping })).toMatchObject([
      { status: 200, body: { result: 'not for this action' } }
    ])
    expect(callsTo(algolia)).toEqual([])
    await host.deliver('exitAudience', row('deleted'), { mapping })
    expect(managedIds(algolia, 'u-1')).toEqual([])
  })
})

test('a row for which neither the hook nor the field gives an audience is refused, with what to do', async () => {
  const mapping = { __segment_internal_sync_mode: 'mirror' }
  await expect(host.deliver('syncAudience', row('deleted'), { mapping })).rejects.toThrow(PayloadValidationError)
  const [entry] = await host.deliverBatch('syncAudience', [row('deleted')], { mapping })
  expect(entry).toMatchObject({ status: 400, errortype: 'PAYLOAD_VALIDATION_FAILED' })
  expect(entry?.errormessage).toMatch(/no segment ID.*choose the audience/)
  expect(algolia.calls).toEqual([])
})

describe.each<ActionName>(['enterAudience', 'exitAudience', 'syncAudience'])('the hook of %s', (action) => {
  test('makes a safe id of a name, keeps one that is safe, and makes no call', async () => {
    expect((await askHook(action, 'Gold members (€)')).savedData?.segmentId).toMatch(/^Gold_members-[0-9a-f]{12}$/)
    expect((await askHook(action, 'gold_members')).savedData).toEqual({ segmentId: 'gold_members' })
    expect((await askHook(action, 'tier__gold')).savedData?.segmentId).not.toContain('__')
    expect(algolia.calls).toEqual([])
  })

  test.each(['', ' '])('asks for the audience when it is given %p', async (nothing) => {
    expect(await askHook(action, nothing)).toMatchObject({ error: { code: 'AUDIENCE_MISSING' } })
  })
})
