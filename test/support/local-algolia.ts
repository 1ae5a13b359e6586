import { startLocalAlgolia, type LocalAlgolia, type LocalAlgoliaOptions } from '../../src/local-algolia'

/** Runs `use` against a local Algolia of its own, which is closed afterwards, whatever happens. */
export async function withLocalAlgolia<Result>(
  options: LocalAlgoliaOptions,
  use: (algolia: LocalAlgolia) => Promise<Result>
): Promise<Result> {
  const algolia = await startLocalAlgolia(options)
  try {
    return await use(algolia)
  } finally {
    await algolia.close()
  }
}
