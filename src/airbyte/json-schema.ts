import { z } from 'zod'

/**
 * The JSON schema of a shape, as Airbyte wants it in a spec or a catalog: further properties are always allowed, so that a
 * later version can have them, and where a map says what its values are, it says so by a pattern for that reason.
 * @param io `input` for what is passed in, where what has a default may be absent
 */
export function jsonSchemaOf(shape: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  return z.toJSONSchema(shape, { target: 'draft-7', io, override: ({ jsonSchema }) => adapt(jsonSchema) })
}

function adapt(schema: z.core.JSONSchema.BaseSchema): void {
  openUp(schema)
  // That a number is safe says nothing about the data.
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum
  // What may be null: destinations know a list of types, and make a union a text.
  const [one, other, ...others] = schema.anyOf ?? []
  if (one?.type === undefined || other?.type !== 'null' || others.length > 0) return
  delete schema.anyOf
  Object.assign(schema, { ...one, type: [one.type, 'null'] }, schema.description && { description: schema.description })
}

function openUp(schema: z.core.JSONSchema.BaseSchema): void {
  if (schema.type !== 'object') return
  const { additionalProperties: values } = schema
  if (typeof values === 'object' && Object.keys(values).length > 0) {
    schema.patternProperties = { '^': values }
    delete schema.propertyNames
  }
  schema.additionalProperties = true
}
