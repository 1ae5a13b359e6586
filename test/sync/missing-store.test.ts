import { withBench } from '../support/segment'

jest.mock('classic-level', () => {
  throw new Error("Cannot find module 'classic-level'")
})

it('a sync without the package of its store sends nothing, and says what to install', async () => {
  await withBench({ profiles: 5 }, async ({ sync, segment }) => {
    expect(await sync()).toMatchObject({
      outcome: 'failed',
      error: { kind: 'config', message: expect.stringContaining('npm install classic-level@3') }
    })
    expect(segment.statistics.requests).toBe(0)
  })
})
