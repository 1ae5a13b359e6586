import type { RequestClient } from '@segment/actions-core'
import type { Settings } from './generated-types'
import { isFailure, toError } from './delivery/outcomes'
import { openProfileApi } from './api/personalization'

/** What to do when the message of a failed test doesn't help: the command line looks at more than one call can. */
const LOOK_FURTHER = 'If that does not help, npx segment-algolia-personalization doctor looks further.'

/** Throws the host's error, which says what is wrong, unless Algolia answers calls that are made with these settings. */
export async function verifyConnection(request: RequestClient, settings: Settings): Promise<void> {
  const api = openProfileApi(request, settings)
  const failure = isFailure(api) ? api : await api.testConnection()
  if (failure) throw toError({ ...failure, message: `${failure.message} ${LOOK_FURTHER}` })
}
