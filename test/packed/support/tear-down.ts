import { rmSync } from 'node:fs'
import { workFolder } from './projects'

export default function tearDown(): void {
  rmSync(workFolder(), { recursive: true, force: true })
}
