export { ruleContextsOf, type ProfileWithSegments } from './rule-contexts'
export type { Collision, RuleContextsOptions } from './options'
