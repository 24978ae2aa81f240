import { createHash } from 'node:crypto'
import type { PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import type { Observation, Registry } from './registry.ts'

/** A server's connection, as far as watching it needs. */
export interface WatchedServer {
  readonly plane: PlaneId
  readonly server: string
  /** Waits for the first probe. Rejects with the Fault that kept it from the whole list. */
  discover(): Promise<Parameters<Registry['observe']>[2]>
  onListChanged(listener: () => void): void
}

export interface Cadence {
  /** How often a server is asked where nothing else asks it. */
  readonly everyMs: number
  /** How old what a server told may be when one of its capabilities is called; 0: asked before every call. */
  readonly freshMs: number
  /** How long a call waits for the server to tell. */
  readonly patienceMs: number
}

/** `ageing`: still good, and soon not any more. */
export type Age = 'fresh' | 'ageing' | 'old'

export interface Watcher {
  /** Asks now, after what is being asked already. */
  ask(): Promise<Observation>
  /** Asks soon and waits for nothing: a failure is told to `onFailure`. */
  hint(): void
  /** The server says that a list changed: what it told before is old, and it is asked again. */
  notice(): void
  age(): Age
  /** Resolves when what the server told is no older than `freshMs`, as seen from now; see `Watch.look`. Where that is ageing it is asked, and nobody waits. */
  look(): Promise<void>
  check(): Check
  stop(): void
}

/** How a server's list was last asked for. */
export interface Check {
  /** When what it told was last taken in whole, UTC milliseconds; undefined where it never was. */
  readonly at: number | undefined
  /** What kept it from that since. */
  readonly failed: unknown
}

/** A server that cannot tell is asked ever more seldom, up to so many times the period. */
const SELDOM = 8

/** One that says all the time that something changed, and changes it each time, makes no revision each time. */
const NOTICES_EVERY_MS = 5000

/** Asks one server, one question at a time: whoever asks while it is being asked shares the one after. */
export function createWatcher(parts: {
  server: WatchedServer
  registry: Pick<Registry, 'observe'>
  clock: Clock
  cadence: Cadence
  /** Whether it is to be asked again by itself. */
  isWatched: () => boolean
  /** Hears how many failures in a row it was. */
  onFailure: (thrown: unknown, inARow: number) => void
}): Watcher {
  const { server, registry, clock, isWatched, onFailure } = parts
  const { everyMs, freshMs, patienceMs } = parts.cadence
  let cancelNext = () => {}
  let cancelNotice = () => {}
  let notices = 0
  let isNoticed = false
  let followedAt = Number.NEGATIVE_INFINITY
  let failures = 0
  let last: Check = { at: undefined, failed: undefined }
  let asking: Promise<Observation> | undefined
  let next: Promise<Observation> | undefined
  /** When the question was asked that is under way, or was the last one, and after how many notices. */
  let askedAt = Number.NEGATIVE_INFINITY
  let askedAfter = 0
  /** When the question was asked whose answer is known: so old is what is known. */
  let seenAt = Number.NEGATIVE_INFINITY

  /** One at a time, and at most one that waits. */
  function ask(): Promise<Observation> {
    if (asking === undefined) {
      asking = askOnce().finally(() => {
        asking = undefined
      })
      return asking
    }
    next ??= asking
      .catch(() => {})
      .then(() => {
        next = undefined
        return ask()
      })
    return next
  }

  async function askOnce(): Promise<Observation> {
    cancelNext()
    const since = clock.elapsed()
    const heard = notices
    askedAt = since
    askedAfter = heard
    try {
      const discovered = await server.discover()
      const observation = await registry.observe(server.plane, server.server, discovered)
      failures = 0
      last = { at: clock.now(), failed: undefined }
      // A notice that came meanwhile has made it old already.
      if (heard === notices) seenAt = since
      return observation
    } catch (thrown) {
      failures++
      last = { at: last.at, failed: thrown }
      throw thrown
    } finally {
      if (isWatched()) cancelNext = clock.after(waitMs(), hint)
    }
  }

  /** Apart from the others: by its name, each server has its own place within the period. */
  function waitMs(): number {
    const place = createHash('sha256').update(`${server.plane}/${server.server}`).digest()
    const spread = 0.75 + place.readUInt16BE(0) / 2 ** 17
    return Math.round(everyMs * spread * Math.min(SELDOM, 2 ** failures))
  }

  function hint(): void {
    if (isWatched()) ask().catch((thrown: unknown) => onFailure(thrown, failures))
  }

  function notice(): void {
    notices++
    seenAt = Number.NEGATIVE_INFINITY
    if (!isWatched() || isNoticed) return
    const waitMs = followedAt + NOTICES_EVERY_MS - clock.elapsed()
    isNoticed = waitMs > 0
    if (isNoticed) cancelNotice = clock.after(waitMs, follow)
    else follow()
  }

  function follow(): void {
    isNoticed = false
    followedAt = clock.elapsed()
    hint()
  }

  function age(): Age {
    const now = clock.elapsed()
    const ms = now - seenAt
    if (ms >= freshMs) return 'old'
    return ms >= freshMs / 2 && now - askedAt >= freshMs / 2 ? 'ageing' : 'fresh'
  }

  async function look(): Promise<void> {
    const since = clock.elapsed() - freshMs
    if (seenAt > since) {
      if (age() === 'ageing') hint()
      return
    }
    const late = Promise.withResolvers<never>()
    const cancel = clock.after(patienceMs, () => late.reject(tooLate()))
    const isSoonEnough = askedAt >= since && askedAfter === notices
    const asked = asking !== undefined && isSoonEnough ? asking : ask()
    await Promise.race([asked, late.promise]).finally(cancel)
  }

  const tooLate = () =>
    new Fault('upstream_timeout', {
      detail: `${server.server} did not tell within ${patienceMs} ms what it offers, so nothing of it is called`,
    })

  const stop = () => {
    cancelNext()
    cancelNotice()
  }
  return { ask, hint, notice, age, look, check: () => last, stop }
}
