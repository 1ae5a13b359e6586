import { z } from 'zod'
import { REGIONS } from '../algolia/api/apis'
import { toUnixSeconds } from '../algolia/instants'
import type { SettingsTable } from '../input/settings'
import { list, number, WrongText, yesOrNo } from '../input/values'
import { ALGOLIA_SETTINGS, LOG_SETTINGS } from './settings'

/** A part of a whole, such as 10%, or a count. */
function partOrCount(text: string): { part: number } | { count: number } {
  const [, figure = '', percent = ''] = /^(\d+(?:\.\d+)?)(%?)$/.exec(text) ?? []
  if (figure === '' || (percent === '' && !/^\d+$/.test(figure)))
    throw new WrongText('must be a count or a part such as 10%')
  return percent === '' ? { count: Number(figure) } : { part: Number(figure) / 100 }
}

const partOrCountSchema = z.union([z.object({ part: z.number() }), z.object({ count: z.number() })])
const maxRemovalsSchema = partOrCountSchema.default({ part: 0.1 })

const COMMON = {
  ...ALGOLIA_SETTINGS,
  callsPerMinute: {
    argument: '<count>',
    read: number,
    description: 'calls that may be made: half of what Algolia allows by default, so that others find some'
  },
  json: { read: yesOrNo, description: 'print the result as one JSON object' }
} as const satisfies SettingsTable['settings']

const REMOVALS = {
  maxRemovals: {
    argument: '<part>',
    read: partOrCount,
    description: 'members that an audience may lose, as a part or a count: 10% of each by default'
  }
} as const satisfies SettingsTable['settings']

const LIST = {
  format: { argument: '<format>', description: 'csv or jsonl; by default by the name of the list or its first byte' },
  tokenColumn: { argument: '<name>', description: 'the column of user tokens: user_token by default' },
  audienceColumn: { argument: '<name>', description: 'the column of segment ids: audience by default' },
  memberColumn: { argument: '<name>', description: 'the column of yes or no: member by default' },
  audience: { argument: '<id>', description: 'the segment id of all rows, where there is no such column' },
  complete: {
    argument: '<ids>',
    read: list,
    description: 'audiences for which the list is the whole truth: who is not on it leaves'
  },
  retire: { argument: '<ids>', read: list, description: 'audiences that nobody is to have any more' },
  maxBad: {
    argument: '<part>',
    read: partOrCount,
    description: 'bad rows that may be left out: 1% by default, none with --complete'
  },
  asOf: {
    argument: '<time>',
    description: "when the list was made: the file's time by default. Profiles that were updated later are left alone"
  },
  singleReads: { read: yesOrNo, description: 'read each profile by itself, where lists of profiles hold no segments' }
} as const satisfies SettingsTable['settings']

/** One configuration file may serve all three commands: what another one takes is no mistake. */
function sisterKeys(): readonly string[] {
  return Object.keys(AUDIENCES_SETTINGS.settings)
}

export const PLAN_SETTINGS: SettingsTable = {
  prefix: 'AUDIENCES',
  sisterKeys,
  settings: {
    ...COMMON,
    ...LIST,
    out: { argument: '<file>', description: 'where the plan goes: audiences.plan.jsonl by default' },
    ...REMOVALS,
    ...LOG_SETTINGS
  }
}

export const AUDIT_SETTINGS: SettingsTable = {
  prefix: 'AUDIENCES',
  sisterKeys,
  settings: {
    ...COMMON,
    ...LIST,
    metrics: { argument: '<file>', description: "write the counts in Prometheus' text format" },
    ...LOG_SETTINGS
  }
}

export const APPLY_SETTINGS: SettingsTable = {
  prefix: 'AUDIENCES',
  sisterKeys,
  settings: {
    ...COMMON,
    ...REMOVALS,
    createProfiles: { read: yesOrNo, description: 'make profiles for members whom Algolia does not know' },
    ignoreUpdates: { read: yesOrNo, description: 'write also to profiles that were updated after the list was made' },
    oldPlan: { read: yesOrNo, description: 'take a plan that is older than a week' },
    ...LOG_SETTINGS
  }
}

const TAKERS = Object.entries({ plan: PLAN_SETTINGS, audit: AUDIT_SETTINGS, apply: APPLY_SETTINGS })

/** Those of all three commands, for the documents: each says which commands take it, unless all do. */
export const AUDIENCES_SETTINGS: SettingsTable = {
  prefix: 'AUDIENCES',
  settings: Object.fromEntries(
    TAKERS.flatMap(([, { settings }]) => Object.entries(settings)).map(([name, setting]) => {
      const takers = TAKERS.filter(([, { settings }]) => name in settings).map(([command]) => command)
      const only = takers.length === TAKERS.length ? '' : ` (${takers.join(', ')})`
      return [name, { ...setting, description: `${setting.description}${only}` }]
    })
  )
}

const commonSchema = z.strictObject({
  appId: z.string().regex(/^[A-Za-z0-9]+$/, 'must be letters and digits'),
  apiKey: z.string().regex(/^[\x21-\x7e]+$/, 'must be printable characters without spaces'),
  region: z.enum(REGIONS),
  callsPerMinute: z.number().min(2).optional(),
  json: z.boolean().default(false),
  log: z.enum(['text', 'json']).default('text')
})

const listSchema = commonSchema.extend({
  format: z.enum(['csv', 'jsonl']).optional(),
  tokenColumn: z.string().min(1).default('user_token'),
  audienceColumn: z.string().min(1).default('audience'),
  memberColumn: z.string().min(1).default('member'),
  audience: z.string().min(1).optional(),
  complete: z.array(z.string()).default([]),
  retire: z.array(z.string()).default([]),
  maxBad: partOrCountSchema.optional(),
  asOf: z
    .string()
    .refine((text) => toUnixSeconds(text) !== undefined, 'must be a date or a time such as 2026-01-31T08:00:00Z')
    .transform((text) => toUnixSeconds(text)! * 1000)
    .optional(),
  singleReads: z.boolean().default(false)
})

export const planSchema = listSchema.extend({
  out: z.string().min(1).default('audiences.plan.jsonl'),
  maxRemovals: maxRemovalsSchema
})
export const auditSchema = listSchema.extend({ metrics: z.string().min(1).optional() })
export const applySchema = commonSchema.extend({
  maxRemovals: maxRemovalsSchema,
  createProfiles: z.boolean().default(false),
  ignoreUpdates: z.boolean().default(false),
  oldPlan: z.boolean().default(false)
})

export type ListSettings = z.output<typeof listSchema>
export type PlanSettings = z.output<typeof planSchema>
export type AuditSettings = z.output<typeof auditSchema>
export type ApplySettings = z.output<typeof applySchema>
