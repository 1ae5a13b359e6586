import { open, readFile, rm } from 'node:fs/promises'

/** A lock that was taken, or the process that holds it. */
export type Lock = { readonly release: () => Promise<void> } | { readonly holder: number }

/**
 * Takes a lock: a file that holds the number of the process. One whose holder has gone without releasing it is taken over;
 * so is one of this process's own number, as in a container each one may have the same.
 * @throws Node's error when the file can't be made
 */
export async function takeLock(path: string): Promise<Lock> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const file = await open(path, 'wx', 0o600)
      await file.writeFile(String(process.pid))
      await file.close()
      return { release: () => rm(path, { force: true }) }
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown
      const holder = Number(await readFile(path, 'utf8').catch(() => ''))
      if (attempt > 0 || isRunning(holder)) return { holder }
      await rm(path, { force: true })
    }
  }
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM'
  }
}
