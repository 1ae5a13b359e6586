import { type Finding, green, red, skipped, yellow } from './check'
import type { Reply } from './calls'

const WHERE = 'in the Algolia dashboard under Advanced Personalization'

/** Whether profiles are made at all: what `GET /2/config` says. */
export function checkConfig(reply: Reply | undefined): Finding {
  if (!reply || reply.kind === 'no answer') return skipped('It could not be read.')
  if (reply.status === 404) {
    return red('Advanced Personalization is not configured: no profiles are made.', `Configure it ${WHERE}.`)
  }
  if (reply.status >= 300 || !reply.isAlgolias)
    return skipped(`It could not be read (${reply.status}: ${reply.words}).`)
  const { indices, status } = Object(reply.json) as { indices?: unknown; status?: unknown }
  const { type, errors } = Object(status) as { type?: unknown; errors?: unknown }
  const list = Array.isArray(indices) ? (indices as unknown[]) : []
  if (list.length === 0) {
    return red(
      'No index is configured: no profiles are made.',
      `Add your index, its affinities and its events ${WHERE}.`
    )
  }
  const without = list.filter((index) => eventsOf(index).length === 0).map(nameOf)
  if (without.length === list.length) {
    return red(
      'No events are configured: no profiles are made.',
      `Choose the events that profiles are made from ${WHERE}.`
    )
  }
  if (typeof type === 'string' && type !== 'active') {
    return red(`Advanced Personalization is ${type}: no profiles are made.`, `Activate it ${WHERE}.`)
  }
  const told = [
    ...(Array.isArray(errors) ? errors.map((error) => `Algolia reports ${String(error)}`) : []),
    ...list.flatMap((index) => {
      const { errors: own } = Object(index) as { errors?: unknown }
      return Array.isArray(own) ? own.map((error) => `${nameOf(index)}: Algolia reports ${words(error)}`) : []
    }),
    ...without.map((index) => `${index} has no events`)
  ]
  if (told.length > 0) return yellow(`${told.join('; ')}.`, `Look at it ${WHERE}.`)
  return green(`Active, with events for ${list.map(nameOf).join(', ')}.`)
}

function nameOf(index: unknown): string {
  return String((Object(index) as { index?: unknown }).index)
}

/** All events of an index, of whatever kind. */
function eventsOf(index: unknown): unknown[] {
  const { source } = Object(index) as { source?: unknown }
  const { events } = Object(source) as { events?: unknown }
  return Object.values(Object(events) as Record<string, unknown>).flat()
}

function words(error: unknown): string {
  const { message, code } = Object(error) as { message?: unknown; code?: unknown }
  if (typeof error === 'string') return error
  const told = message ?? code
  return typeof told === 'string' ? told : JSON.stringify(error)
}
