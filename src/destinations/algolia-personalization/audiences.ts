import type { AudienceDestinationDefinition } from '@segment/actions-core'
import type { AudienceSettings, Settings } from './generated-types'
import { verifyConnection } from './verify-connection'

type Definition = AudienceDestinationDefinition<Settings, AudienceSettings>

/** What a customer can set for each audience. */
export const audienceFields: Definition['audienceFields'] = {
  segmentId: {
    label: 'Algolia Segment ID',
    description:
      'The ID under which the audience appears on Algolia profiles. Leave empty to use the key of the audience.',
    type: 'string',
    required: false
  }
}

export const audienceConfig: Definition['audienceConfig'] = {
  mode: { type: 'synced', full_audience_sync: false },

  async createAudience(request, { settings, audienceSettings, personas, audienceName }) {
    await verifyConnection(request, settings)
    return { externalId: audienceSettings?.segmentId ?? personas?.computation_key ?? audienceName }
  },

  async getAudience(request, { settings, externalId }) {
    await verifyConnection(request, settings)
    return { externalId }
  }
}
