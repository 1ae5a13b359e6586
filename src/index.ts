import './host/require-core'
import type { AudienceDestinationDefinition } from '@segment/actions-core'
import destination from './destinations/algolia-personalization'
import type { AudienceSettings, Settings } from './destinations/algolia-personalization/generated-types'

// Not `export { default as … }`: what the compiler makes of that, Node doesn't find when an ES module imports it by name.
// The type is written out: of an inferred one the compiler names the file, under a path that consumers can't resolve.
export const algoliaPersonalization: AudienceDestinationDefinition<Settings, AudienceSettings> = destination
export * from './sources/algolia-profiles'
