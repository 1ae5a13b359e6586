import { PayloadValidationError } from '@segment/actions-core'
import type { AudienceDestinationDefinition } from '@segment/actions-core'
import { MAX_PROFILE_SEGMENT_ID_LENGTH } from './constants'
import type { AudienceSettings, Settings } from './generated-types'
import { isProfileSegmentId, PROFILE_SEGMENT_ID_RULE } from './audience/membership'
import { verifyConnection } from './verify-connection'

type Definition = AudienceDestinationDefinition<Settings, AudienceSettings>

/** What a customer can set for each audience. */
export const audienceFields: Definition['audienceFields'] = {
  segmentId: {
    label: 'Algolia Segment ID',
    description:
      'The ID under which the audience appears on Algolia profiles. If left empty, it is made from the key of the audience.',
    type: 'string',
    required: false
  }
}

/** An audience needs no call to come into being: its profile segment exists as soon as a profile has it. */
export const audienceConfig: Definition['audienceConfig'] = {
  mode: { type: 'synced', full_audience_sync: false },

  async createAudience(request, { settings, audienceSettings, personas, audienceName }) {
    await verifyConnection(request, settings)
    const externalId = audienceSettings?.segmentId || safeId(personas?.computation_key || audienceName || '')
    return { externalId: validId(externalId) }
  },

  async getAudience(request, { settings, externalId }) {
    await verifyConnection(request, settings)
    return { externalId: validId(externalId) }
  }
}

function validId(id: string): string {
  if (isProfileSegmentId(id)) return id
  throw new PayloadValidationError(`The Algolia segment ID must be ${PROFILE_SEGMENT_ID_RULE}.`)
}

/**
 * A text made safe as the id of a profile segment, always the same for the same text. ASCII letters, digits, `_` and
 * `-` stay, all others become `_`. A text that this changes or that is too long gets a fingerprint of the whole text at
 * its end, so that no two audiences end up with one id.
 */
function safeId(text: string): string {
  const safe = text.replace(/[^A-Za-z0-9_-]+/g, '_')
  if (safe === text && text !== '' && text.length <= MAX_PROFILE_SEGMENT_ID_LENGTH) return text
  const suffix = `_${fingerprint(text)}`
  return safe.slice(0, MAX_PROFILE_SEGMENT_ID_LENGTH - suffix.length) + suffix
}

/** 32-bit FNV-1a over the UTF-16 code units of a text, as 8 hexadecimal digits. */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return (hash >>> 0).toString(16).padStart(8, '0')
}
