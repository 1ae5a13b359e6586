import Ajv from 'ajv'
import type { z } from 'zod'
import { parseConfiguration } from '../../src/airbyte/configuration'
import type { AirbyteMessage } from '../../src/airbyte/protocol'

/** Whether a source takes a configuration: by what it says in its `spec`, and by its code. */
export function takenBy(
  spec: AirbyteMessage,
  schema: z.ZodType
): { bySpec: (config: unknown) => boolean; byCode: (config: unknown) => boolean } {
  if (spec.type !== 'SPEC') throw new Error('There is no spec')
  const validate = new Ajv({ strict: false }).compile(spec.spec.connectionSpecification)
  return {
    bySpec: (config) => validate(config),
    byCode: (config) => {
      try {
        parseConfiguration(schema, config)
        return true
      } catch {
        return false
      }
    }
  }
}
