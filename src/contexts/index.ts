export { ruleContextsOf, type ProfileWithSegments } from './rule-contexts'
export { profileContexts, type ProfileContexts, type ProfileContextsOptions } from './profile-contexts'
export type { Collision, RuleContextsOptions } from './options'
