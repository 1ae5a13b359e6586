import { defaultValues } from '@segment/actions-core'
import type { Preset } from '@segment/actions-core'
import { fields } from './audience/fields'

/** Ready-made mappings, offered by the kind of event that an Engage audience or a Journeys step is set to send. */
export const presets: Preset[] = [
  preset('Entities Audience Entered', 'enterAudience', 'warehouse_audience_entered_track'),
  preset('Entities Audience Exited', 'exitAudience', 'warehouse_audience_exited_track'),
  preset('Entities Audience Membership Changed', 'syncAudience', 'warehouse_audience_membership_changed_identify'),
  preset('Journeys Step Entered', 'enterAudience', 'journeys_step_entered_track')
]

function preset(
  name: string,
  partnerAction: string,
  eventSlug: Extract<Preset, { type: 'specificEvent' }>['eventSlug']
): Preset {
  return { name, partnerAction, mapping: defaultValues(fields), type: 'specificEvent', eventSlug }
}
