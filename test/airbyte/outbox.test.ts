import { setTimeout as wait } from 'node:timers/promises'
import { Outbox } from '../../src/airbyte/outbox'
import type { AirbyteMessage } from '../../src/airbyte/protocol'
import { logMessage } from '../../src/airbyte/reports'

const message = (text: string): AirbyteMessage => logMessage('INFO', text)
const textOf = (given: AirbyteMessage): string => (given.type === 'LOG' ? given.log.message : given.type)
const textsOf = (messages: Iterable<AirbyteMessage>): string[] => [...messages].map(textOf)

function* made(...texts: string[]): Generator<AirbyteMessage> {
  for (const text of texts) yield message(text)
}

test('each message comes out once, in order, however it is taken', () => {
  const outbox = new Outbox()
  outbox.put(made('a', 'b', 'c'))
  for (const first of outbox) {
    expect(textOf(first)).toBe('a')
    break
  }
  outbox.put([])
  outbox.put([message('d')])
  outbox.put(made('e'))
  expect(textsOf(outbox)).toEqual(['b', 'c', 'd', 'e'])
  expect(textsOf(outbox)).toEqual([])
})

test('what comes in while something is waited for is handed out at once, and a silence is broken', async () => {
  const outbox = new Outbox()
  const heard: string[] = []
  const waiting = outbox.until(
    wait(100).then(() => 'value'),
    10,
    message('still waiting')
  )
  setTimeout(() => outbox.put([message('news')]), 5)
  let step = await waiting.next()
  for (; !step.done; step = await waiting.next()) heard.push(...textsOf(step.value))
  expect(step.value).toBe('value')
  expect(heard[0]).toBe('news')
  expect(heard.slice(1).length).toBeGreaterThan(0)
  expect(new Set(heard.slice(1))).toEqual(new Set(['still waiting']))
})

test('a consumer that looks at nothing is told once, and waits for what comes', async () => {
  const outbox = new Outbox()
  outbox.put([message('a')])
  const waiting = outbox.until(
    wait(20).then(() => 'value'),
    Infinity,
    message('')
  )
  expect((await waiting.next()).done).toBe(false)
  expect(await waiting.next()).toEqual({ done: true, value: 'value' })
  expect(textsOf(outbox)).toEqual(['a'])
})

test('what goes wrong with what is waited for is handed on', async () => {
  const waiting = new Outbox().until(Promise.reject(new Error('failure')), Infinity, message(''))
  await expect(waiting.next()).rejects.toThrow('failure')
})

test('where a message can not be made, nothing comes after it, but last words', () => {
  const outbox = new Outbox()
  outbox.put(
    (function* () {
      yield message('a')
      throw new Error('broken')
    })()
  )
  outbox.put([message('what would cover it')])
  expect(textsOf(outbox)).toEqual(['a'])
  outbox.put([message('what comes later')])
  expect(textsOf(outbox)).toEqual([])
  expect(() => outbox.throwIfFailed()).toThrow('broken')
  outbox.put([message('last words')])
  expect(textsOf(outbox)).toEqual(['last words'])
})
