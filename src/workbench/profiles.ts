import { createRequestClient } from '@segment/actions-core'
import type { JSONObject, ModifiedResponse } from '@segment/actions-core'
import { ruleContextsOf } from '../contexts'
import { headersOf } from '../destinations/algolia-personalization/connection'
import type { Settings } from '../destinations/algolia-personalization/generated-types'
import { isFailure } from '../destinations/algolia-personalization/delivery/outcomes'
import { openProfileApi } from '../destinations/algolia-personalization/api/personalization'
import type { FoundProfile, ProfileView } from './interface'
import { redactValues } from './redaction'

/** Reads profiles as the destination reads them, with its checks and its messages; without secrets. */
export async function readProfiles(
  settings: JSONObject,
  userTokens: readonly string[],
  secrets: readonly string[]
): Promise<FoundProfile[]> {
  const read = userTokens.map(async (userToken): Promise<FoundProfile> => {
    const found = redactValues(await readProfile(settings as unknown as Settings, userToken), secrets) as Found
    // Made of what is shown: an id made safe would not be known for a secret.
    const profile = found.profile as Parameters<typeof ruleContextsOf>[0]
    return { userToken, ...found, ruleContexts: ruleContextsOf(profile) }
  })
  return Promise.all(read)
}

type Found = Pick<FoundProfile, 'profile' | 'problem'>

async function readProfile(settings: Settings, userToken: string): Promise<Found> {
  let answer: ModifiedResponse | undefined
  const note = (_request: unknown, _options: unknown, response: Response) => {
    answer = response as ModifiedResponse
  }
  const api = openProfileApi(createRequestClient({ headers: headersOf(settings), afterResponse: [note] }), settings)
  if (isFailure(api)) return { problem: api.message }
  const read = await api.readProfile(userToken)
  if (isFailure(read)) return { problem: read.message }
  return { profile: answer?.status === 404 ? null : (answer?.data as ProfileView) }
}
