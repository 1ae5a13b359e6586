import { z } from 'zod'
import { type Api, REGIONS } from '../algolia/api/apis'
import { listed } from '../report/words'

/** The part of a source's configuration that says whose data is read. */
export function accountShape({ acls }: Api) {
  return {
    appId: z
      .string()
      .regex(/^[A-Za-z0-9]+$/, 'must be letters and digits')
      .meta({
        title: 'Application ID',
        description: 'The ID of your Algolia application: in the Algolia dashboard under Settings > API Keys.',
        examples: ['YOURAPPID1'],
        // It is none, but Airbyte's acceptance tests take every property of this name for one.
        airbyte_secret: true,
        order: 0
      }),
    apiKey: z
      .string()
      .regex(/^[\x21-\x7e]+$/, 'must be printable characters without spaces')
      .meta({
        title: 'API key',
        description: `An Algolia API key with the ${acls.length > 1 ? 'ACLs' : 'ACL'} ${listed(acls, 'and')}.`,
        airbyte_secret: true,
        order: 1
      }),
    region: z.enum(REGIONS).meta({
      title: 'Region',
      description: 'The analytics region of your Algolia application: Settings > Infrastructure > Analytics.',
      examples: ['us'],
      order: 2
    })
  }
}
