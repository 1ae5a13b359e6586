/** Rules as `saveRule` takes them: when one applies, and what it does to a search. */

export interface Rule {
  readonly objectID: string
  readonly conditions?: readonly Condition[]
  readonly consequence: Consequence
  readonly enabled?: boolean
  readonly validity?: readonly { readonly from: number; readonly until: number }[]
  readonly [property: string]: unknown
}

interface Condition {
  readonly pattern?: string
  readonly anchoring?: 'is' | 'startsWith' | 'endsWith' | 'contains'
  readonly context?: string
}

interface Consequence {
  readonly params?: Readonly<Record<string, unknown>>
  readonly promote?: readonly {
    readonly objectID?: string
    readonly objectIDs?: readonly string[]
    readonly position: number
  }[]
  readonly hide?: readonly { readonly objectID: string }[]
  readonly userData?: unknown
}

/** What a rule is held against. */
interface Occasion {
  readonly query: string
  readonly ruleContexts: readonly string[]
  /** Unix seconds. */
  readonly now: number
}

/** Whether a rule applies: one of its conditions does, or it has none. */
export function applies({ conditions = [], enabled = true, validity }: Rule, occasion: Occasion): boolean {
  if (!enabled) return false
  if (validity && !validity.some(({ from, until }) => from <= occasion.now && occasion.now <= until)) return false
  return conditions.length === 0 || conditions.some((condition) => holds(condition, occasion))
}

function holds({ pattern, anchoring = 'contains', context }: Condition, { query, ruleContexts }: Occasion): boolean {
  if (context !== undefined && !ruleContexts.includes(context)) return false
  if (pattern === undefined) return true
  const [text, wanted] = [` ${query.trim().toLowerCase()} `, ` ${pattern.trim().toLowerCase()} `]
  if (anchoring === 'is') return text === wanted
  if (anchoring === 'startsWith') return text.startsWith(wanted)
  return anchoring === 'endsWith' ? text.endsWith(wanted) : text.includes(wanted)
}

/** What is wrong with something that should be a rule; undefined when nothing is. */
export function flawOfRule(input: unknown): string | undefined {
  if (!isObject(input)) return 'A rule must be an object'
  const { objectID, conditions = [], consequence } = input
  if (typeof objectID !== 'string' || objectID === '') return 'A rule needs an objectID'
  if (!isObject(consequence)) return 'A rule needs a consequence'
  if (!Array.isArray(conditions)) return 'conditions must be a list'
  for (const condition of conditions as readonly unknown[]) {
    if (!isObject(condition)) return 'A condition must be an object'
    const { pattern, anchoring, context } = condition
    if (context !== undefined && !(typeof context === 'string' && /^[A-Za-z0-9_-]+$/.test(context))) {
      return 'A context must only contain letters, digits, dashes and underscores'
    }
    if ((pattern === undefined) !== (anchoring === undefined)) return 'pattern and anchoring go together'
    if (anchoring !== undefined && !['is', 'startsWith', 'endsWith', 'contains'].includes(anchoring as string)) {
      return 'anchoring must be one of is, startsWith, endsWith, contains'
    }
  }
  return undefined
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The rules of each index, in the order of their ids. */
export class RuleStore {
  private readonly byIndex = new Map<string, Map<string, Rule>>()

  of(index: string): readonly Rule[] {
    const rules = [...(this.byIndex.get(index)?.values() ?? [])]
    return rules.sort((left, right) => (left.objectID < right.objectID ? -1 : 1))
  }

  save(index: string, rules: readonly Rule[]): void {
    const known = this.byIndex.get(index) ?? new Map<string, Rule>()
    for (const rule of rules) known.set(rule.objectID, rule)
    this.byIndex.set(index, known)
  }

  delete(index: string, objectID: string): void {
    this.byIndex.get(index)?.delete(objectID)
  }

  clear(index: string): void {
    this.byIndex.delete(index)
  }
}
