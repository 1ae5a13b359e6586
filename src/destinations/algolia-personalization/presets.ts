import { defaultValues } from '@segment/actions-core'
import type { Preset } from '@segment/actions-core'
import { fields } from './audience/fields'
import { AUDIENCE_EVENTS } from './audience/subscription'

/**
 * Ready-made mappings. One is switched on when the destination is connected, so that credentials are all it takes;
 * the others are offered by the kind of event that an Engage audience or a Journeys step is set to send.
 */
export const presets: Preset[] = [
  {
    name: 'Sync Audience',
    partnerAction: 'syncAudience',
    subscribe: AUDIENCE_EVENTS,
    mapping: defaultValues(fields),
    type: 'automatic'
  },
  offered('Entities Audience Entered', 'enterAudience', 'warehouse_audience_entered_track'),
  offered('Entities Audience Exited', 'exitAudience', 'warehouse_audience_exited_track'),
  offered('Entities Audience Membership Changed', 'syncAudience', 'warehouse_audience_membership_changed_identify'),
  offered('Journeys Step Entered', 'enterAudience', 'journeys_step_entered_track')
]

function offered(
  name: string,
  partnerAction: string,
  eventSlug: Extract<Preset, { type: 'specificEvent' }>['eventSlug']
): Preset {
  return { name, partnerAction, mapping: defaultValues(fields), type: 'specificEvent', eventSlug }
}
