import type { AuthenticationScheme } from '@segment/actions-core'
import { REGIONS, REQUIRED_ACLS } from './constants'
import type { Settings } from './generated-types'
import { verifyConnection } from './verify-connection'

/** The settings of the destination, and how they are tested. */
export const authentication: AuthenticationScheme<Settings> = {
  scheme: 'custom',
  fields: {
    appId: {
      label: 'Application ID',
      description: 'The ID of your Algolia application. Find it in the Algolia dashboard under Settings > API Keys.',
      type: 'string',
      required: true
    },
    apiKey: {
      label: 'API Key',
      description: `An API key of this application with the ACLs ${REQUIRED_ACLS.join(', ')}.`,
      type: 'password',
      required: true
    },
    region: {
      label: 'Region',
      description:
        'The analytics region of your application. Find it in the Algolia dashboard under Settings > Infrastructure > Analytics.',
      type: 'string',
      required: true,
      choices: [...REGIONS].map(([value, { label }]) => ({ value, label }))
    }
  },
  testAuthentication: (request, { settings }) => verifyConnection(request, settings)
}
