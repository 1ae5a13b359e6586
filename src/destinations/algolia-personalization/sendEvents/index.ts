import type { ActionDefinition } from '@segment/actions-core'
import { sendOne, sendBatch } from '../events/deliver'
import { fields } from '../events/fields'
import type { AudienceSettings, Settings } from '../generated-types'
import type { Payload } from './generated-types'

const action: ActionDefinition<Settings, Payload, AudienceSettings> = {
  title: 'Send Events',
  description:
    "Send what shoppers view, click, add to their carts and buy to Algolia, which makes their profiles from it. One mapping for each kind of event: the presets have those of Segment's e-commerce events.",
  defaultSubscription: 'type = "track" and event = "Product Clicked"',
  fields,
  perform: (request, data) => sendOne(request, data),
  performBatch: (request, data) => sendBatch(request, data)
}

export default action
