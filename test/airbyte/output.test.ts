import { Writable } from 'node:stream'
import * as fc from 'fast-check'
import { MessageWriter, OutputClosed } from '../../src/airbyte/output'

/** What a writer hands to a stream that looks at its bytes as late as it may. */
async function written(groups: readonly (readonly object[])[]): Promise<string> {
  const chunks: Buffer[] = []
  const output = new Writable({
    write(chunk: Buffer, _, done) {
      setImmediate(() => {
        chunks.push(Buffer.from(chunk))
        done()
      })
    }
  })
  const writer = new MessageWriter(output)
  for (const group of groups) await writer.write(group)
  return Buffer.concat(chunks).toString('utf8')
}

/** Texts of up to a few chunks, of characters of one to four bytes. */
const texts = fc
  .tuple(
    fc.constantFrom('a', 'é', '漢', '🙂', '\u2028', '"'),
    fc.oneof(fc.integer({ max: 300, min: 0 }), fc.integer({ max: 80_000, min: 0 }))
  )
  .map(([character, length]) => character.repeat(length))

test('each message is one whole line, whatever its length and its characters', async () => {
  const record = texts.map((text) => ({
    type: 'RECORD',
    record: { stream: 'profiles', data: { algolia_user_id: text }, emitted_at: 1 }
  }))
  const log = texts.map((message) => ({ type: 'LOG', log: { level: 'INFO', message } }))
  const groups = fc.array(fc.array(fc.oneof(record, log), { maxLength: 6 }), { maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(groups, async (messages) => {
      const lines = messages.flat().map((message) => `${JSON.stringify(message)}\n`)
      expect((await written(messages)) === lines.join('')).toBe(true)
    }),
    { numRuns: 150 }
  )
})

test.each([
  ['EPIPE', true],
  ['ENOSPC', false]
])('a stream that fails with %s ends the writing, by its reader: %s', async (code, byReader) => {
  const failure = Object.assign(new Error(code), { code })
  const writer = new MessageWriter(new Writable({ write: (_chunk, _encoding, done) => done(failure) }))
  const thrown: unknown = await writer.write([{ type: 'LOG' }]).catch((error: unknown) => error)
  expect(thrown).toBeInstanceOf(OutputClosed)
  expect(thrown).toMatchObject({ byReader, message: expect.stringContaining(code) as string })
  await expect(writer.write([])).rejects.toThrow(OutputClosed)
  expect(writer.closed.reason).toMatchObject({ byReader })
})
