import { createRequestClient } from '@segment/actions-core'
import type { JSONObject, ModifiedResponse } from '@segment/actions-core'
import { headersOf } from '../destinations/algolia-personalization/connection'
import type { Settings } from '../destinations/algolia-personalization/generated-types'
import { isFailure } from '../destinations/algolia-personalization/delivery/outcomes'
import { openProfileApi } from '../destinations/algolia-personalization/api/personalization'
import { redactAll } from './redaction'

/** What was found under a user token: the profile as Algolia has it, `null` when there is none, or why it can't be told. */
export type FoundProfile = { userToken: string } & ({ profile: JSONObject | null } | { problem: string })

/** Reads profiles as the destination reads them, with its checks and its messages; without secrets. */
export async function readProfiles(
  settings: JSONObject,
  userTokens: readonly string[],
  secrets: readonly string[]
): Promise<FoundProfile[]> {
  const found = userTokens.map((userToken) => readProfile(settings as unknown as Settings, userToken))
  return redactAll(await Promise.all(found), secrets) as FoundProfile[]
}

async function readProfile(settings: Settings, userToken: string): Promise<FoundProfile> {
  let answer: ModifiedResponse | undefined
  const note = (_request: unknown, _options: unknown, response: Response) => {
    answer = response as ModifiedResponse
  }
  const api = openProfileApi(createRequestClient({ headers: headersOf(settings), afterResponse: [note] }), settings)
  if (isFailure(api)) return { userToken, problem: api.message }
  const read = await api.readProfile(userToken)
  if (isFailure(read)) return { userToken, problem: read.message }
  return { userToken, profile: answer?.status === 404 ? null : (answer?.data as JSONObject) }
}
