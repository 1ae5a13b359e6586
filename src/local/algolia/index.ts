/**
 * A stand-in for Algolia's Advanced Personalization API: a small HTTP server that keeps to what is known about that API,
 * limits and errors included, over profiles made up from a seed, with faults that can be switched on.
 */
export { startLocalAlgolia, type LocalAlgolia, type LocalAlgoliaOptions } from './server'
export type { Affinity, Profile, ProfileSegment } from './profile'
export type { ProfileStore } from './profile-store'
export type { Application } from './application'
export type { RateLimit } from './rate-limit'
export type { Call, CallStatistics } from './call-log'
export { malformedProfiles } from './faults'
export type { Aim, Fault, FaultRule, Faults, FaultyCall, ProfilesPage } from './faults'
export type { Answer } from './answer'
export type { Route } from './request'
