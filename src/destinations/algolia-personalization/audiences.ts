import { PayloadValidationError } from '@segment/actions-core'
import type { AudienceDestinationDefinition } from '@segment/actions-core'
import type { AudienceSettings, Settings } from './generated-types'
import { safeAudienceId, warningAbout } from './audience/ids'
import { isProfileSegmentId, PROFILE_SEGMENT_ID_RULE } from './audience/profile-segments'
import { verifyConnection } from './verify-connection'

type Definition = AudienceDestinationDefinition<Settings, AudienceSettings>

/** What a customer can set for each audience. */
export const audienceFields: Definition['audienceFields'] = {
  segmentId: {
    label: 'Algolia Segment ID',
    description:
      'The ID under which the audience appears on Algolia profiles. If left empty, it is made from the key of the audience. To be used as a rule context it must be letters, digits, - and _ only.',
    type: 'string',
    required: false
  }
}

/** An audience needs no call to come into being: its profile segment exists as soon as a profile has it. */
export const audienceConfig: Definition['audienceConfig'] = {
  mode: { type: 'synced', full_audience_sync: false },

  async createAudience(request, { settings, audienceSettings, personas, audienceName }) {
    const name = personas?.computation_key || audienceName
    const externalId = audienceSettings?.segmentId || (name && safeAudienceId(name))
    if (!externalId) throw nameless()
    await verifyConnection(request, settings)
    return named(externalId)
  },

  async getAudience(request, { settings, externalId }) {
    await verifyConnection(request, settings)
    return named(externalId)
  }
}

/** The id, and what to know about it where it is one that this package hasn't made. */
function named(id: string): { externalId: string; warning?: string } {
  if (!isProfileSegmentId(id)) {
    throw new PayloadValidationError(`The Algolia segment ID must be ${PROFILE_SEGMENT_ID_RULE}.`)
  }
  const warning = warningAbout(id)
  return { externalId: id, ...(warning && { warning }) }
}

/** Of nothing no id is made: all such audiences would be one. */
function nameless(): PayloadValidationError {
  return new PayloadValidationError(
    'The audience has neither a name nor a key, so there is nothing to make its Algolia segment ID from. Give the audience a name, or set its Algolia Segment ID.'
  )
}
