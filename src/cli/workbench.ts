import { type Command, Option } from 'commander'
import type * as workbenchRoom from '../workbench'
import type { RealApplication, Workbench, WorkbenchOptions } from '../workbench'
import { port } from './options'
import type { Session } from './session'

interface Flags {
  port: number
  appId?: string
  region?: string
}

/** Where the key of a real application is looked for: never a flag, as flags show up in lists of processes. */
const KEY_VARIABLE = 'ALGOLIA_API_KEY'

/** `workbench`: the destination and the source in a browser, against a local Algolia or a real application. */
export function define(command: Command, session: Session): void {
  command
    .addOption(
      new Option('--port <port>', 'port to listen on; 0 for any free one').env('PORT').argParser(port).default(3000)
    )
    .option('--app-id <id>', `a real application to work against; its API key is taken from ${KEY_VARIABLE}`)
    .addOption(new Option('--region <region>', 'the analytics region of that application').choices(['us', 'eu']))
    .action((flags: Flags) => session.serve('The workbench', () => start(flags, othersOf(command))))
}

async function start(
  { port, ...flags }: Flags,
  commands: WorkbenchOptions['commands'] = []
): Promise<{ greeting: string; close: () => Promise<void> }> {
  const application = realApplication(flags)
  const { startWorkbench } = await load()
  const workbench = await startWorkbench({ port, commands, ...(application && { application }) })
  return { greeting: greeting(workbench), close: () => workbench.close() }
}

/** Segment's core is installed by those alone who run the destination. */
async function load(): Promise<typeof workbenchRoom> {
  try {
    return await import('../workbench')
  } catch (thrown) {
    if (!(thrown as Error).message.includes("Cannot find module '@segment/actions-core'")) throw thrown
    throw new Error(
      'it loads the destination as Segment does, with @segment/actions-core, which is not installed here. Install it beside this package: npm install @segment/actions-core'
    )
  }
}

/** The other commands of the command line, whichever there are. */
function othersOf(command: Command): { name: string; summary: string }[] {
  const all = command.parent?.commands ?? []
  return all.filter((other) => other !== command).map((other) => ({ name: other.name(), summary: other.description() }))
}

function realApplication({ appId, region }: Omit<Flags, 'port'>): RealApplication | undefined {
  if (appId === undefined && region === undefined) return undefined
  if (appId === undefined || region === undefined) throw new Error('a real application needs --app-id and --region.')
  const apiKey = process.env[KEY_VARIABLE]
  if (!apiKey)
    throw new Error(`the API key of ${appId} is taken from the environment variable ${KEY_VARIABLE}: set it.`)
  return { appId, region, apiKey }
}

function greeting({ url, entryUrl, target }: Workbench): string {
  const against =
    target.kind === 'local'
      ? `a local Algolia on ${target.url}, with made-up profiles`
      : `the application ${target.appId} (${target.region}): what you send there is written there`
  return `Workbench: open ${entryUrl}\nIt works against ${against}.\nSegment's Actions Tester and cURL find the destination at ${url}. Ctrl+C ends it.`
}
