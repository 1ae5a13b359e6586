import type { JSONObject } from '@segment/actions-core'
import { toPackageError } from '../../errors'
import { platformBody, readBody, runBody, sourceBody } from '../http/bodies'
import { Refusal, Reply, type Routes } from '../http/call'
import { redactValues } from '../redaction'
import { settingsOf, type Target } from '../target'
import { problemsOf } from './problems'
import { firstRows, platformFiles } from './rows'
import { SourceRun } from './run'
import { type RunnableSource, sourceNamed } from './sources'

/** What the page asks of sources: there is one run at a time, whichever tab has started it. */
export function sourceRoutes(target: Target): { readonly routes: Routes; readonly close: () => Promise<void> } {
  const secrets = [target.apiKey]
  let run: SourceRun | undefined

  /** Reads a source and its configuration from a body, and has `use` go on where nothing is wrong with it. */
  const withConfig = (body: unknown, use: (source: RunnableSource, config: JSONObject) => unknown): unknown => {
    const { source: name, options } = readBody(sourceBody, body)
    const source = sourceNamed(name)
    const config = { ...options, ...settingsOf(target) }
    const invalid = problemsOf(source, config)
    return invalid ? { invalid } : use(source, config)
  }

  const routes: Routes = {
    'POST /workbench/source/check': ({ body, gone }) =>
      withConfig(body, ({ commands, environment }, config) => commands.check(config, environment(), gone)),

    'POST /workbench/source/discover': ({ body }) => sourceNamed(readBody(sourceBody, body).source).commands.discover(),

    'POST /workbench/source/rows': ({ body, gone }) =>
      withConfig(body, async (source, config) => {
        try {
          return { rows: redactValues(await firstRows(source, config, gone), secrets) }
        } catch (thrown) {
          return { problem: toPackageError(thrown).message }
        }
      }),

    'POST /workbench/source/files': ({ body }) => {
      const { streams, syncMode } = readBody(platformBody, body)
      return withConfig(body, (source, config) => platformFiles(source, config, streams, syncMode))
    },

    'POST /workbench/run': ({ body }) => {
      const { options, ...start } = readBody(runBody, body)
      if (run?.isRunning) throw new Refusal(409, 'A run is under way, perhaps from another tab: stop it first.')
      if (start.streams.length === 0) return { invalid: { streams: 'must be one at least' } }
      return withConfig(body, (source, config) => {
        run = new SourceRun(source, { ...start, options }, config, secrets)
        return run.progress(0)
      })
    },

    'POST /workbench/run/stop': async () => {
      await run?.stop()
      return run?.progress(0) ?? { status: 'none' }
    },

    'GET /workbench/run': ({ query }) => {
      const fromLine = Number(query.get('fromLine') ?? 0) || 0
      return run?.progress(fromLine) ?? { status: 'none' }
    },

    'GET /workbench/run/rows': ({ query }) => {
      const stream = query.get('stream') ?? ''
      const lines = run?.linesOf(stream)
      if (lines === undefined) throw new Refusal(404, 'There is no run with this stream.')
      return new Reply(200, Buffer.from(lines), {
        'content-type': 'application/jsonl; charset=utf-8',
        'content-disposition': `attachment; filename="${stream}.jsonl"`
      })
    }
  }
  return { routes, close: async () => run?.stop() }
}
