import './host/require-core'
import type { AudienceDestinationDefinition } from '@segment/actions-core'
import definition from './destinations/algolia-personalization'
import type { AudienceSettings, Settings } from './destinations/algolia-personalization/generated-types'

type Definition = AudienceDestinationDefinition<Settings, AudienceSettings>

/**
 * The definition alone, for `require` and for `import … from`; for those who ask for `.default`, too, it is there, where
 * a host that goes through the definition doesn't meet it.
 */
const destination = Object.defineProperty(definition, 'default', { value: definition }) as Definition & {
  readonly default: Definition
}

export = destination
