import { setTimeout as wait } from 'node:timers/promises'
import { Chance } from '../support/chance'
import { withSearches } from '../support/searches'

const ROUNDS = process.env.LONG ? 40 : 4

it('a run that is killed again and again sends every event, none as another than it was, and every message', async () => {
  const chance = new Chance(Number(process.env.SEED ?? 4711))
  const options = { isNow: true, segment: { latency: 5 }, algolia: { latency: 5 } }
  await withSearches(options, async ({ start, segment, sent, webhookUrl, stateFile, startCommand }) => {
    // Few enough calls to Algolia to go out without a pause.
    const since = new Date(Date.now() - 22 * 86_400_000).toISOString().slice(0, 10)
    const args = [
      '--zero-results',
      '--report',
      'daily',
      '--alert',
      'no_result_rate > 15%',
      '--alert',
      'searches change < -5%'
    ]
    const variables = { SEARCHES_WEBHOOK_URL: webhookUrl, SEARCHES_MIN_SEARCHES: '30' }
    const flags = [...args, '--since', since]
    // Everything that ever came, repeats too.
    const bodies = new Map<string, Set<string>>()
    // In every other round, the last requests before the kill never arrive.
    let lastToArrive = Infinity
    segment.fault = (request, body) => {
      if (request > lastToArrive) return { noAnswer: 'hang' }
      const { batch } = JSON.parse(body) as { batch: { messageId: string }[] }
      for (const call of batch) {
        const contents = bodies.get(call.messageId) ?? new Set()
        bodies.set(call.messageId, contents.add(JSON.stringify(call)))
      }
      return undefined
    }
    let killed = 0
    for (let round = 0; round < ROUNDS; round += 1) {
      const before = segment.statistics.requests
      const running = start(flags, variables)
      // A few days further, however fast the machine is; and somewhere within one.
      const until = before + 2 + chance.below(3)
      if (round % 2 === 0) lastToArrive = until - 1
      while (segment.statistics.requests < until && running.child.exitCode === null) await wait(1)
      await wait(chance.below(20))
      running.child.kill('SIGKILL')
      killed += (await running.ended) === 'SIGKILL' ? 1 : 0
      lastToArrive = Infinity
    }
    expect(killed).toBeGreaterThan(ROUNDS / 2)
    expect(await start(flags, variables).ended).toBe(0)
    const events = sent()
    const messages = segment.messages.length
    // Each event always came with the same content.
    for (const contents of bodies.values()) expect(contents.size).toBe(1)
    expect([...bodies.keys()].sort()).toEqual(events.map(({ messageId }) => messageId).sort())

    // The same in one go.
    const whole = startCommand(['searches', ...flags, '--dry-run', '--state', `${stateFile}.other`], {
      ...variables,
      SEARCHES_INDICES: 'products'
    })
    expect(await whole.ended).toBe(0)
    const lines = whole.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { messageId?: string })
    const expected = lines.flatMap(({ messageId }) => messageId ?? [])
    expect(expected.length).toBeGreaterThan(200)
    expect(events.map(({ messageId }) => messageId).sort()).toEqual(expected.sort())
    // A message has no id: after a kill it may come again, and none is missing.
    const texts = new Set(segment.messages.map(({ text }) => text))
    expect(texts.size).toBeLessThanOrEqual(messages)
    const all = lines.filter(({ messageId }) => messageId === undefined) as unknown as { text: string }[]
    expect(texts).toEqual(new Set(all.map(({ text }) => text)))
  })
}, 120_000)
