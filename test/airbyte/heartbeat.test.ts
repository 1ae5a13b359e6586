import { setTimeout as wait } from 'node:timers/promises'
import { breakSilence } from '../../src/airbyte/heartbeat'

const SILENCE = 5

test('a silence is broken, and what comes after it, value or failure, is handed on', async () => {
  async function* values(): AsyncGenerator<string, void> {
    await wait(10 * SILENCE)
    yield 'value'
    await wait(10 * SILENCE)
    throw new Error('failure')
  }
  const heard: string[] = []
  const listening = (async () => {
    for await (const value of breakSilence(values(), SILENCE, () => 'waiting')) heard.push(value)
  })()
  await expect(listening).rejects.toThrow('failure')
  expect(heard[0]).toBe('waiting')
  expect(heard.at(-1)).toBe('waiting')
  expect(heard.filter((value) => value === 'value')).toHaveLength(1)
})

test('whoever leaves ends what it listened to', async () => {
  let isEnded = false
  async function* values(): AsyncGenerator<string, void> {
    try {
      for (;;) {
        await wait(1)
        yield 'value'
      }
    } finally {
      isEnded = true
    }
  }
  for await (const value of breakSilence(values(), 10_000, () => 'waiting')) {
    expect(value).toBe('value')
    break
  }
  expect(isEnded).toBe(true)
})
