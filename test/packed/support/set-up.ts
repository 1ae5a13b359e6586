import { mkdtempSync, renameSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { version } from '../../../package.json'
import { blocksOf, CORES, makeProject, manage, root } from './projects'

/** Packs the package, and installs it in the projects that several tests look at. */
export default function setUp(): void {
  const work = mkdtempSync(path.join(tmpdir(), 'packed-'))
  process.env.PACKED_WORK_FOLDER = work
  manage(root, 'npm', ['pack', '--silent', '--pack-destination', work])
  renameSync(path.join(work, `segment-algolia-personalization-${version}.tgz`), path.join(work, 'package.tgz'))

  const [manifest] = blocksOf('docs/install.md', 'json')
  const install = (name: string, ...packages: string[]) => {
    const { folder } = makeProject(path.join(work, name), { 'package.json': manifest! })
    manage(folder, 'npm', [
      'install',
      '--silent',
      '--no-audit',
      '--no-fund',
      path.join(work, 'package.tgz'),
      ...packages
    ])
  }
  install('newest-core', `@segment/actions-core@${CORES.newest}`)
  install('oldest-core', `@segment/actions-core@${CORES.oldest}`)
  install('no-core')
}
