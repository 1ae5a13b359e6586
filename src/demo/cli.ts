#!/usr/bin/env node
import { startLocalAlgolia } from '../local/algolia'
import {
  type Audience,
  type AudienceChange,
  audienceEvent,
  differences,
  formAudience,
  membershipsAfter,
  membershipsOf,
  type ProfileRow,
  type ProfileSegmentRow
} from './audience'
import { deliver } from './delivery'
import { isReranked, saveRule, searchAs } from './search'
import { runSource } from './source-command'
import { identifyAsGold } from './trait'

/**
 * The whole loop against a local Algolia: profiles leave it through the source, an audience forms, membership arrives
 * back on the profiles through the destination, and what arrived is read again and checked. At the end one shopper's search
 * is ranked by it, and another's by a trait.
 */
const PROFILES = 10_000
const STREAMS = ['profiles', 'segments']

void main().then(
  (isRight) => {
    process.exitCode = isRight ? 0 : 1
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
)

async function main(): Promise<boolean> {
  const algolia = await startLocalAlgolia({ profiles: PROFILES })
  const config = { appId: 'LOCALALGOLIA', apiKey: 'local-api-key', region: 'us' }
  const environment = { ALGOLIA_PERSONALIZATION_URL: algolia.url }
  process.env.ALGOLIA_PERSONALIZATION_URL = algolia.url
  try {
    step(`A local Algolia with ${count(PROFILES)} profiles listens on ${algolia.url}`)

    step('The source reads the profiles')
    const first = await runSource(config, STREAMS, undefined, environment, (read) => detail(`${count(read)} profiles`))
    const profiles = rowsOf<ProfileRow>(first.rows, 'profiles')
    const before = membershipsOf(rowsOf<ProfileSegmentRow>(first.rows, 'segments'))
    const callsToRead = algolia.calls.length

    step('Two audiences form from their affinities')
    const running = ['Running shoes', 'Trail shoes']
    const runners = formAudience('passionate_runners', profiles, running, 20)
    const athletes = formAudience('sportswear_lovers', profiles, [...running, 'Sportswear'], 20)
    detail(`${runners.key}: ${runners.members.length} users; ${athletes.key}: ${athletes.members.length} users`)

    step('A rule puts running shoes first, where a search comes with the context passionate_runners')
    await saveRule(algolia, runners.key, running)
    const example = runners.members[1] ?? ''
    const searchBefore = await searchAs(algolia, example)

    step('The destination receives their events, in batches')
    const changes = changesOf(runners, athletes)
    const entered = changes.filter((change) => change.entered).length
    algolia.clearCalls()
    const delivered = await deliver('syncAudience', changes.map(audienceEvent), config, {
      onBatch(sent, failure) {
        detail(`${count(sent)} of ${count(changes.length)} events sent`)
        if (failure !== undefined) detail(`Not delivered: ${failure}`)
      }
    })
    const callsToDeliver = algolia.calls.length

    step('The source reads what has changed since, from the state of its first read')
    algolia.clearCalls()
    const second = await runSource(config, STREAMS, first.states, environment, () => undefined)
    const changed = new Set(rowsOf<ProfileRow>(second.rows, 'profiles').map((row) => row.algolia_user_id))
    const after = new Map([...before].filter(([userToken]) => !changed.has(userToken)))
    for (const [userToken, entries] of membershipsOf(rowsOf<ProfileSegmentRow>(second.rows, 'segments'))) {
      after.set(userToken, entries)
    }
    const callsToReadAgain = algolia.calls.length
    const wrong = differences(after, membershipsAfter(before, changes))
    const searchAfter = await searchAs(algolia, example)

    step('Another shopper is identified with the trait loyalty_tier: gold, and a rule has the context of that')
    const other = profiles.find(({ algolia_user_id: userToken }) => !athletes.members.includes(userToken))
    const trait = await identifyAsGold(algolia, other?.algolia_user_id ?? '', config)

    const entries = (memberships: typeof before): string =>
      [...(memberships.get(example) ?? [])].map((entry) => entry.replace(/^segment:.*/, '[$&]')).join(', ') || '(none)'
    console.log(`
Profiles read        ${count(profiles.length)} in ${callsToRead} calls, then ${count(changed.size)} changed ones in ${callsToReadAgain}
Audiences            ${count(entered)} members of ${runners.key} and ${athletes.key}
Events delivered     ${count(delivered)} of ${count(changes.length)}: ${count(entered)} entered, ${count(changes.length - entered)} exited
Calls spent          ${count(callsToDeliver)}; one read and one write for each event would have cost ${count(2 * changes.length)}
Profile              ${example}
  segments before    ${entries(before)}
  segments after     ${entries(after)}
  first hits before  ${searchBefore.firstHits.join(', ')}
  first hits after   ${searchAfter.firstHits.join(', ')}
Trait                loyalty_tier: gold, of ${trait.userToken}
  rule contexts      ${trait.after.ruleContexts.join(', ')}
  first hits before  ${trait.before.firstHits.join(', ')}
  first hits after   ${trait.after.firstHits.join(', ')}
Check                ${wrong.length === 0 ? `right: all ${count(PROFILES)} profiles have the segments they should have` : `WRONG for ${wrong.length} users: ${wrong.slice(0, 5).join(', ')}`}`)
    const isRanked = isReranked(searchBefore, searchAfter, running)
    return wrong.length === 0 && delivered === changes.length && isRanked && trait.isRight
  } finally {
    await algolia.close()
  }
}

/** Users enter both audiences as soon as they are in them, and every third of the runners exits again. */
function changesOf(runners: Audience, athletes: Audience): AudienceChange[] {
  return athletes.members.flatMap((userToken) => {
    const runner = runners.members.indexOf(userToken)
    const change = (audience: Audience, entered: boolean) => ({ audienceKey: audience.key, userToken, entered })
    return [
      change(athletes, true),
      ...(runner >= 0 ? [change(runners, true)] : []),
      ...(runner >= 0 && runner % 3 === 0 ? [change(runners, false)] : [])
    ]
  })
}

function rowsOf<Row>(rows: ReadonlyMap<string, Record<string, unknown>[]>, stream: string): Row[] {
  return (rows.get(stream) ?? []) as Row[]
}

function step(text: string): void {
  console.log(`• ${text}`)
}

function detail(text: string): void {
  console.log(`    ${text}`)
}

function count(number: number): string {
  return number.toLocaleString('en-US')
}
