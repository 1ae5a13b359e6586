import { PERSONALIZATION } from '../algolia/api/apis'
import { originOf } from '../algolia/api/connection'
import { toPackageError } from '../errors'
import { segmentOriginOf } from '../segment/endpoint'
import { parseSyncConfig } from './config'
import { type SyncEnvironment, type SyncOptions, type SyncResult, systemSyncEnvironment } from './options'
import { Run } from './run'

/**
 * Sends to Segment the profiles of an Algolia application that mean something else than what Segment has; all of them at
 * first.
 *
 * It throws only when there is no run, as the options or the addresses in the environment are wrong. However a run ends,
 * it gives a result.
 * @param environment the clock, chance and the servers' addresses; by default the machine's
 * @throws PackageError (`config`)
 */
export async function syncProfiles(
  options: SyncOptions,
  environment: SyncEnvironment = systemSyncEnvironment()
): Promise<SyncResult> {
  const config = parseSyncConfig(options.config)
  const origin = segmentOriginOf(config.segmentRegion, environment.segmentUrl)
  originOf(PERSONALIZATION, config.region, environment)
  const run = new Run(options, config, origin, environment)
  try {
    await run.sync()
    return { outcome: 'delivered', summary: run.summary() }
  } catch (thrown) {
    const summary = run.summary()
    if (options.signal?.aborted) return { outcome: 'stopped', summary }
    return { outcome: 'failed', summary, error: toPackageError(thrown, 'sync') }
  }
}
