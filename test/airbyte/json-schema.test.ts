import { z } from 'zod'
import { jsonSchemaOf } from '../../src/airbyte/json-schema'

test('objects may hold more than they say, at any depth, and maps tell what they hold by a pattern', () => {
  const inner = z.object({ score: z.number() })
  const shape = z.object({ scores: z.record(z.string(), z.int()), open: z.looseObject({}), list: z.array(inner) })
  expect(jsonSchemaOf(shape, 'output')).toMatchObject({
    additionalProperties: true,
    properties: {
      scores: { type: 'object', additionalProperties: true, patternProperties: { '^': { type: 'integer' } } },
      open: { additionalProperties: true },
      list: { items: { additionalProperties: true, required: ['score'] } }
    }
  })
})

test('what has a default may be absent from what is passed in', () => {
  expect(jsonSchemaOf(z.object({ pages: z.int().default(3) }), 'input')).not.toHaveProperty('required')
  expect(jsonSchemaOf(z.object({ pages: z.int().default(3) }), 'output')).toHaveProperty('required', ['pages'])
})
