/**
 * A stand-in for Algolia: small HTTP servers, one for each API, that keep to what is known about these APIs, limits and
 * errors included, over a shop made up from a seed, with faults that can be switched on.
 */
export { startLocalAlgolia, type LocalAlgolia, type LocalAlgoliaOptions } from './server'
export type { Affinity, Profile, ProfileSegment } from './personalization/profile'
export type { ProfileStore } from './personalization/profile-store'
export { everyAcl, requiredAcl, type Application, type Region } from './application'
export type { RateLimit } from './rate-limit'
export type { Call, CallStatistics } from './call-log'
export { malformedProfiles, type Faults, type ProfilesPage } from './personalization/faults'
export type { Aim, CallFaults, Fault, FaultRule, FaultyCall } from './faults'
export type { ApiServer } from './serve'
export type { AcceptedEvent, EventLog } from './insights/event-log'
export type { AnsweredSearch, SearchLog } from './search/search-log'
export type { Rule, RuleStore } from './search/rules'
export type { InsightsEvent } from './insights/events'
export { catalogue, recordOf, type ShopRecord } from './shop/catalogue'
export { affinityNames, shopIndices } from './shop/assortment'
export type { Answer } from '../http/answer'
export type { Route } from './request'
