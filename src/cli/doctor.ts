import type { Command } from 'commander'
import { z } from 'zod'
import { systemEnvironment } from '../algolia/api/environment'
import type { Check } from '../doctor/check'
import { type Diagnosis, diagnose } from '../doctor/doctor'
import type { SettingsTable } from '../input/settings'
import { yesOrNo } from '../input/values'
import { EXIT, type Session } from './session'
import { addSettings, ALGOLIA_SETTINGS, LOG_SETTINGS, withSettings } from './settings'

const { appId, apiKey, region } = ALGOLIA_SETTINGS

/** None is required here: that one is missing is the first thing that the doctor says. */
export const settings: SettingsTable = {
  prefix: 'DOCTOR',
  settings: {
    appId: { ...appId, required: undefined },
    apiKey: { ...apiKey, required: undefined },
    region: { ...region, required: undefined },
    writeProbe: {
      read: yesOrNo,
      description: 'try whether segments can be written, on a profile of its own that is removed again'
    },
    json: { read: yesOrNo, description: 'print one JSON object' },
    ...LOG_SETTINGS
  }
}

const schema = z.strictObject({
  appId: z.string().optional(),
  apiKey: z.string().optional(),
  region: z.string().optional(),
  writeProbe: z.boolean().default(false),
  json: z.boolean().default(false),
  log: z.enum(['text', 'json']).default('text')
})

/** `doctor`: says why nothing happens. */
export function define(command: Command, session: Session): void {
  command.description(
    'Says why nothing happens: settings, reach, region, key, plan, configuration, calls left, user tokens and segments. Ends with 3 when something is red. It makes at most 20 calls.'
  )
  addSettings(command, settings).action((flags: Record<string, unknown>) =>
    withSettings(settings, schema, flags, session, async ({ writeProbe, json, log: _, ...given }, display) => {
      const signal = session.stopSignal((name) => display.log('info', `${name}: stopping.`))
      try {
        const diagnosis = await diagnose({ settings: given, writeProbe, signal }, systemEnvironment())
        session.print(json ? JSON.stringify(diagnosis) : textOf(diagnosis))
        if (diagnosis.status === 'red') session.exitCode = EXIT.FOUND
      } catch (thrown) {
        if (!signal.aborted) throw thrown
        session.exitCode = EXIT.PASSING
      }
    })
  )
}

/** A line a check, and what to do behind it. */
function textOf({ checks }: Diagnosis): string {
  const line = ({ check, status, message, todo }: Check): string =>
    `${status.padEnd(7)}  ${check.padEnd(8)}  ${[message, todo].filter((text) => text !== '').join(' ')}`
  return checks.map(line).join('\n')
}
