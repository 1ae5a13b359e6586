import { MANAGED_SOURCE, USER_TOKEN } from '../destinations/algolia-personalization/constants'
import { isUserToken } from '../destinations/algolia-personalization/delivery/user-tokens'
import { actionViews } from './action-views'
import { CAPS } from './caps'
import { type Definition, load } from './host'
import { deliveryBody, profileBody, profileSearchBody, readBody } from './http/bodies'
import { Reply, type Routes } from './http/call'
import type { EntryToken } from './http/entry-token'
import { pageFile } from './http/page-files'
import type { Context, Delivery, Inspected } from './interface'
import { preview } from './preview'
import { searchProfiles } from './profile-search'
import { readProfiles } from './profiles'
import { SAMPLES } from './samples'
import { send } from './send'
import { rowsOfProfile } from './source/rows'
import { SOURCES, sourceView } from './source/sources'
import { settingsOf, type Target, viewOf } from './target'

export interface PageOptions {
  readonly definition: Definition
  readonly target: Target
  /** User tokens that the page offers. */
  readonly exampleUserTokens: readonly string[]
  /** The commands of the package, to be named on the page. */
  readonly commands: Context['commands']
}

/** What the page asks for, but of sources. All of it goes by the application that the workbench was started for. */
export function pageRoutes({ definition, target, exampleUserTokens, commands }: PageOptions): Routes {
  const settings = settingsOf(target)
  const secrets = [target.apiKey]
  const delivery = (body: unknown): Delivery => readBody(deliveryBody, body)
  const context: Context = {
    target: viewOf(target),
    destination: { name: definition.name, description: definition.description ?? '' },
    actions: actionViews(definition),
    samples: SAMPLES,
    exampleUserTokens,
    managedSource: MANAGED_SOURCE,
    sources: SOURCES.map((source) => sourceView(source, target.kind === 'local')),
    commands,
    caps: CAPS,
    startedAt: Date.now()
  }

  return {
    'GET /workbench/context': () => context,

    'POST /workbench/connection': async () => {
      try {
        await load(definition).destination.testAuthentication(settings)
        return { ok: true }
      } catch (thrown) {
        // The host puts this before every cause, also where it isn't the credentials.
        return { ok: false, error: (thrown as Error).message.replace(/^Credentials are invalid: +/, '') }
      }
    },

    'POST /workbench/preview': ({ body }) => preview(definition, delivery(body), settings),
    'POST /workbench/send': ({ body }) => send(definition, delivery(body), settings, secrets),

    'POST /workbench/profiles': ({ body, gone }) => {
      const { affinity = '', segment = '', beginning = '' } = readBody(profileSearchBody, body)
      return searchProfiles(target, { affinity, segment, beginning }, gone)
    },

    'POST /workbench/profile': async ({ body }): Promise<Inspected> => {
      const { userToken } = readBody(profileBody, body)
      // Algolia would say of it that the mapping is wrong, and there is none here.
      if (!isUserToken(userToken)) return { invalid: `must be ${USER_TOKEN.rule}` }
      const [found = { userToken, ruleContexts: [] }] = await readProfiles(settings, [userToken], secrets)
      return { ...found, rows: found.profile ? rowsOfProfile(found.profile) : {} }
    }
  }
}

/**
 * The way in: the start-up address gives the cookie and leads on to the page; without either there is a page that says
 * which address to open.
 */
export function entryRoutes(token: EntryToken, portOf: () => number): Routes {
  return {
    'GET /': ({ query, headers }) => {
      const port = portOf()
      if (token.is(query.get('token'))) {
        return new Reply(303, undefined, { location: '/', 'set-cookie': token.cookieFor(port) })
      }
      return token.isIn(headers.cookie, port) ? pageFile('index.html') : pageFile('closed.html', 401)
    }
  }
}
