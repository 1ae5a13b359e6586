import { toPackageError, type PackageError } from '../errors'

/** What went wrong in a run, where one thing that fails holds up no other. */
export class Failures {
  private readonly all: PackageError[] = []

  /** @param onOther told of all but the first */
  constructor(
    private readonly signal: AbortSignal,
    private readonly onOther: (message: string) => void
  ) {}

  /** Carries something out; it never throws. */
  async of(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (thrown) {
      if (!this.signal.aborted) this.add(toPackageError(thrown, 'command'))
    }
  }

  add(error: PackageError): void {
    this.all.push(error)
  }

  /** @throws the first one that somebody has to act on, else the first; the signal's reason when it was stopped */
  throwFirst(): void {
    this.signal.throwIfAborted()
    const first = this.all.find(({ kind }) => kind === 'config') ?? this.all[0]
    for (const error of this.all) if (error !== first) this.onOther(error.message)
    if (first !== undefined) throw first
  }
}
