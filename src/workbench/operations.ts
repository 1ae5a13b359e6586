import type { Destination, JSONObject } from '@segment/actions-core'
import type { Definition } from './host'
import type { Json } from './interface'

/** What Segment has a destination do beside its actions. */
export interface Operation {
  readonly slug: string
  readonly title: string
  readonly description: string
  /** Whether a destination can do it. */
  readonly isIn: (definition: Definition) => boolean
  /** What is wrong with a payload. */
  readonly problemWith: (payload: Json) => string | undefined
  readonly userTokensIn: (payload: Json) => unknown[]
  /** @returns what is to be said of the result */
  readonly run: (destination: Destination<JSONObject>, payload: Json, settings: JSONObject) => Promise<string>
}

export const OPERATIONS: readonly Operation[] = [
  {
    slug: 'onDelete',
    title: 'Delete a user',
    description: 'What Segment has a destination do when a user asks to be deleted: by user ID, anonymous ID, or both.',
    isIn: ({ onDelete }) => onDelete !== undefined,
    problemWith: ({ userId, anonymousId }) =>
      userId || anonymousId ? undefined : 'It needs a userId or an anonymousId.',
    userTokensIn: ({ userId, anonymousId }) => [userId, anonymousId],
    run: async (destination, payload, settings) => {
      const done = await destination.onDelete?.(payload as never, settings)
      return (done as { output?: string } | undefined)?.output ?? 'deleted'
    }
  },
  {
    slug: 'createAudience',
    title: 'Create an audience',
    description:
      'What Segment has a destination do when an Engage audience is connected to it: give the ID that the audience has here.',
    isIn: ({ audienceConfig }) => audienceConfig !== undefined && 'createAudience' in audienceConfig,
    problemWith: () => undefined,
    userTokensIn: () => [],
    run: async (destination, payload, settings) => {
      const created = (await destination.createAudience({ ...payload, settings } as never)) as Created
      return `The audience has the ID ${created.externalId}.${created.warning ? ` ${created.warning}` : ''}`
    }
  }
]

interface Created {
  readonly externalId: string
  readonly warning?: string
}

/** @returns the operation of a name, if the destination can do it. */
export function operationIn(definition: Definition, slug: string): Operation | undefined {
  return OPERATIONS.find((operation) => operation.slug === slug && operation.isIn(definition))
}
