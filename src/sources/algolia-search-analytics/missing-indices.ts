import { configError, type PackageError } from '../../errors'
import { listed } from '../../report/words'

/** @returns that indices don't exist, and what to do */
export function missingIndices(
  missing: readonly string[],
  { appId, region }: { readonly appId: string; readonly region: string }
): PackageError {
  const [are, indices, them] = missing.length > 1 ? ['are', 'indices', 'them'] : ['is', 'index', 'it']
  return configError(
    `There ${are} no ${indices} ${listed(missing, 'and')} in the analytics of the application ${appId} (${region}). Check how ${missing.length > 1 ? 'they are' : 'it is'} spelt, or take ${them} out of the configuration.`
  )
}
