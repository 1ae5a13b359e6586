import type { Listening } from '../local/http/listen'
import { type Call, Refusal, Reply, type Routes } from './http/call'
import type { EntryToken } from './http/entry-token'
import { corsHeaders, isFromActionsTester, isFromOwnPage } from './http/guards'
import { pageFileRoutes } from './http/page-files'
import { serve } from './http/server'
import { entryRoutes, pageRoutes, type PageOptions } from './page-routes'
import { redactValues } from './redaction'
import { secretsIn } from './secrets'
import { serveRoutes } from './serve-routes'
import { sourceRoutes } from './source/routes'

export interface ServerOptions extends PageOptions {
  readonly port: number
  readonly token: EntryToken
  readonly requestTimeout?: number
}

/** Starts the server: the interface of `serve` for whoever has a key, the page's for whoever has the token. */
export async function startServer(options: ServerOptions): Promise<Listening> {
  const { definition, target, token, port } = options
  const ofServe = serveRoutes(definition, target)
  const sources = sourceRoutes(target)
  // The port that it was given, where any was asked for.
  const at = { port }
  const entry = entryRoutes(token, () => at.port)

  const fromOwnPage = ({ headers: { origin, host } }: Call): void => {
    if (!isFromOwnPage(origin, host)) {
      throw new Refusal(403, `Only the workbench's own page may do this, and not ${origin}.`)
    }
  }
  const server = await serve({
    port,
    ...(options.requestTimeout !== undefined && { requestTimeout: options.requestTimeout }),
    groups: [
      {
        routes: { ...ofServe, ...preflights(ofServe) },
        headers: corsHeaders,
        admit: ({ method, headers: { origin, host } }) => {
          if (method === 'OPTIONS' || isFromOwnPage(origin, host) || isFromActionsTester(origin)) return
          throw new Refusal(403, `Pages of ${origin} may not use the workbench.`)
        }
      },
      { routes: { ...entry, ...pageFileRoutes() }, admit: fromOwnPage },
      {
        routes: { ...pageRoutes(options), ...sources.routes },
        admit: (call, calledPort) => {
          fromOwnPage(call)
          if (token.isIn(call.headers.cookie, calledPort)) return
          throw new Refusal(401, 'Open the address that the workbench printed when it started.')
        }
      }
    ],
    withoutSecrets: (answer, body) => {
      const given = [body, (body as { settings?: unknown } | undefined)?.settings]
      return redactValues(
        answer,
        given.flatMap((settings) => secretsIn(definition, target, settings))
      )
    }
  })
  at.port = Number(new URL(server.url).port)
  return {
    url: server.url,
    close: async () => {
      await sources.close()
      await server.close()
    }
  }
}

/** Browsers ask with OPTIONS before a page of another origin may post. */
function preflights(routes: Routes): Routes {
  const paths = Object.keys(routes).map((name) => name.slice(name.indexOf(' ') + 1))
  return Object.fromEntries(paths.map((path) => [`OPTIONS ${path}`, () => new Reply(204)]))
}
