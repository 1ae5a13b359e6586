import type { Event } from './destination'

/** The `track` event that Engage sends when a user enters (`true`) or exits an audience. */
export function audienceTrack(userId: string, audience: string, entered: boolean): Event {
  return {
    type: 'track',
    event: entered ? 'Audience Entered' : 'Audience Exited',
    userId,
    properties: { audience_key: audience, [audience]: entered },
    context: { personas: { computation_class: 'audience', computation_key: audience, computation_id: 'aud_1' } }
  }
}

/** The `identify` event that Engage sends in place of it, when the audience is set up so. */
export function audienceIdentify(userId: string, audience: string, entered: boolean): Event {
  return {
    type: 'identify',
    userId,
    traits: { [audience]: entered },
    context: { personas: { computation_class: 'audience', computation_key: audience, computation_id: 'aud_1' } }
  }
}
