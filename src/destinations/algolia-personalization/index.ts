import type { AudienceDestinationDefinition } from '@segment/actions-core'
import { audienceConfig, audienceFields } from './audiences'
import { authentication } from './authentication'
import { headersOf } from './connection'
import { onDelete } from './on-delete'
import enterAudience from './enterAudience'
import { eventPresets } from './events/presets'
import exitAudience from './exitAudience'
import type { AudienceSettings, Settings } from './generated-types'
import { presets } from './presets'
import linkProfiles from './linkProfiles'
import sendEvents from './sendEvents'
import { refuseOtherCore } from './same-core'
import syncAudience from './syncAudience'
import syncTraits from './syncTraits'

const destination: AudienceDestinationDefinition<Settings, AudienceSettings> = {
  name: 'Algolia Personalization (Actions)',
  slug: 'actions-algolia-personalization',
  mode: 'cloud',
  description:
    'Keep the segments on Algolia Advanced Personalization profiles in step with your audiences, and send the events that profiles are made from.',
  authentication,
  extendRequest(this: unknown, { settings, payload }) {
    refuseOtherCore(this, payload)
    return { headers: headersOf(settings) }
  },
  onDelete,
  audienceFields,
  audienceConfig,
  actions: { enterAudience, exitAudience, syncAudience, syncTraits, linkProfiles, sendEvents },
  presets: [...presets, ...eventPresets]
}

export default destination
