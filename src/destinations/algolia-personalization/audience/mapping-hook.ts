import type { ActionDefinition, ExecuteInput } from '@segment/actions-core'
import type { AudienceSettings, Settings } from '../generated-types'
import { safeAudienceId } from './ids'
import type { AudiencePayload } from './membership'

interface Inputs {
  audience?: string
}

interface Outputs {
  segmentId: string
}

type Hooks = NonNullable<ActionDefinition<Settings, AudiencePayload, AudienceSettings, Inputs, Outputs>['hooks']>

/**
 * Asks once, when the mapping of a Reverse ETL model is saved, which audience its rows are about. Each row then has
 * its segment id, deleted ones too, of which nothing but the unique identifier is left.
 */
export const hooks: Hooks = {
  retlOnMappingSave: {
    label: 'Audience of the rows (wins over the field Algolia Segment ID)',
    description:
      'The audience that the rows of a Reverse ETL model belong to. It is used for each row, in place of the field Algolia Segment ID, and deleted rows have it, too. Nothing is created in Algolia before the first user enters.',
    inputFields: {
      audience: {
        label: 'Audience',
        description:
          'The name of the audience, or its Algolia segment ID. An ID is made of a name: letters, digits, - and _ stay.',
        type: 'string',
        required: true
      }
    },
    outputTypes: {
      segmentId: {
        label: 'Algolia Segment ID',
        description: 'The ID under which the audience appears on Algolia profiles.',
        type: 'string',
        required: true
      }
    },
    performHook: (_request, { hookInputs }) => {
      const { audience } = hookInputs as Inputs
      if (typeof audience !== 'string' || audience.trim() === '') {
        return { error: { message: 'Give the name of the audience, or its segment ID.', code: 'AUDIENCE_MISSING' } }
      }
      const segmentId = safeAudienceId(audience)
      return { successMessage: `The rows belong to the audience ${segmentId}.`, savedData: { segmentId } }
    }
  }
}

/** The event or events, with the audience that the mapping's hook gave in place of that of the field. */
export function withChosenAudience<Data extends ExecuteInput<Settings, AudiencePayload | AudiencePayload[]>>(
  data: Data
): Data {
  const saved = data.hookOutputs?.retlOnMappingSave as { outputs?: Partial<Outputs> } | undefined
  const segmentId = saved?.outputs?.segmentId
  if (typeof segmentId !== 'string' || segmentId === '') return data
  const { payload } = data
  const chosen = Array.isArray(payload) ? payload.map((event) => ({ ...event, segmentId })) : { ...payload, segmentId }
  return { ...data, payload: chosen }
}
