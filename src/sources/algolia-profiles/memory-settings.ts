import { setFlagsFromString } from 'node:v8'

/**
 * Settings of V8 for a process that does nothing but read: to be made by the command line alone, as they hold for the whole
 * process. They were measured on Node 20, 22 and 24 (`npm run bench -- source-memory`); where V8 doesn't know one, it says
 * so on standard error and goes on.
 */

/**
 * To be called before undici is loaded. Its HTTP parser is one huge function of WebAssembly, and to optimize it takes V8
 * 35 MB and a tenth of a second, for a parser that sees a few headers a second.
 */
export function leaveWebAssemblyUnoptimized(): void {
  setFlagsFromString('--liftoff-only')
}

/**
 * To be called once a page or two have been read: the space for young objects is then large enough for profiles, which
 * live for a moment only. V8 would go on doubling it, up to 48 MB.
 */
export function keepYoungGeneration(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
}

/**
 * To be called before anything is read. What belongs to a page (a call, its answer, its place in the read) lives just long
 * enough for V8 to take it for long-lived, and V8 lets such a heap grow to four times what was really in use before it
 * looks again. With a tenth instead, it looks about every 500 pages, for some ten milliseconds.
 */
export function collectOldGenerationEarly(): void {
  setFlagsFromString('--heap-growing-percent=10')
}
