/**
 * The events that can say who belongs to an audience, in the host's query language: what Engage and Journeys send,
 * events named so, and rows of a Reverse ETL model. An order or a login isn't among them.
 */
export const AUDIENCE_EVENTS = [
  'context.personas.computation_class = "audience"',
  'context.personas.computation_class = "journey_step"',
  ...['Audience Entered', 'Audience Exited', 'new', 'updated', 'deleted'].map(
    (event) => `(type = "track" and event = "${event}")`
  )
].join(' or ')
