export { browseProfiles, type AlgoliaProfile, type BrowseOptions } from './browse'
export { check, discover, read, spec, type ReadInput } from './source'
export { type Environment, systemEnvironment } from '../../algolia/api/environment'
export type { AirbyteMessage } from '../../airbyte/protocol'
// `SourceError` is the name that it had when only the source threw it.
export { type ErrorKind, PackageError, PackageError as SourceError } from '../../errors'
