import { createHash } from 'node:crypto'
import type { PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import { asFault, Fault } from '#lib/fault.ts'
import type { Log } from '#lib/log.ts'
import type { Observation, Registry } from './registry.ts'

/** A server's connection, as far as watching it needs. */
export interface WatchedServer {
  readonly plane: PlaneId
  readonly server: string
  /** Waits for the first probe. Rejects with the Fault that kept it from the whole list. */
  discover(): Promise<Parameters<Registry['observe']>[2]>
  onListChanged(listener: () => void): void
}

/** The connections of all planes. */
export interface WatchedServers {
  find(plane: PlaneId, server: string): WatchedServer | undefined
  /** Hears of each connection that is open, and of each that is opened from then on. */
  onOpen(listener: (server: WatchedServer) => void): void
}

export interface Watch {
  /** Asks now, after what is being asked already. Rejects with the Fault that kept the server from telling. */
  refresh(plane: PlaneId, server: string): Promise<void>
  close(): void
}

/** A server that cannot tell is asked ever more seldom, up to so many times the period. */
const SELDOM = 8

/** One that says all the time that something changed, and changes it each time, makes no revision each time. */
const NOTICES_EVERY_MS = 5000

/**
 * Keeps the registry at what the servers tell: asks each when its connection opens, when it says that
 * a list changed, and every `everyMs`. Each server is asked one question at a time. A notice is followed
 * at once, those that come within five seconds of it by one more question after them, not by many.
 */
export function watchServers(options: {
  upstreams: WatchedServers
  registry: Pick<Registry, 'observe'>
  clock: Clock
  log: Log
  everyMs: number
}): Watch {
  const { upstreams, registry, clock, log, everyMs } = options
  const watchers = new Map<WatchedServer, Watcher>()
  let isClosed = false

  function watch(server: WatchedServer): void {
    if (isClosed || watchers.has(server)) return
    const watcher = createWatcher(server)
    watchers.set(server, watcher)
    server.onListChanged(watcher.notice)
    watcher.hint()
  }

  function createWatcher(server: WatchedServer): Watcher {
    const about = { plane: server.plane, server: server.server }
    let cancelNext = () => {}
    let cancelNotice = () => {}
    let noticedAt = Number.NEGATIVE_INFINITY
    let isNoticed = false
    let failures = 0
    let asking: Promise<Observation> | undefined
    let next: Promise<Observation> | undefined

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
      try {
        const observation = await registry.observe(
          server.plane,
          server.server,
          await server.discover(),
        )
        failures = 0
        return observation
      } catch (thrown) {
        failures++
        throw thrown
      } finally {
        schedule()
      }
    }

    function schedule(): void {
      if (isClosed) return
      if (upstreams.find(server.plane, server.server) !== server) watchers.delete(server)
      else cancelNext = clock.after(waitMs(), hint)
    }

    /** Apart from the others: by its name, each server has its own place within the period. */
    function waitMs(): number {
      const place = createHash('sha256').update(`${server.plane}/${server.server}`).digest()
      const spread = 0.75 + place.readUInt16BE(0) / 2 ** 17
      return Math.round(everyMs * spread * Math.min(SELDOM, 2 ** failures))
    }

    function hint(): void {
      if (isClosed) return
      ask().catch((thrown: unknown) => {
        const { code, detail } = asFault(thrown)
        // The connection tells of servers that are down; this is of those that are up and tell nonsense.
        if (failures === 1) log.warn('registry.unheard', { ...about, code, detail })
      })
    }

    function notice(): void {
      if (isClosed || isNoticed) return
      const waitMs = noticedAt + NOTICES_EVERY_MS - clock.elapsed()
      isNoticed = waitMs > 0
      if (isNoticed) cancelNotice = clock.after(waitMs, follow)
      else follow()
    }

    function follow(): void {
      isNoticed = false
      noticedAt = clock.elapsed()
      hint()
    }

    const stop = () => {
      cancelNext()
      cancelNotice()
    }
    return { ask, hint, notice, stop }
  }

  upstreams.onOpen(watch)
  return {
    async refresh(plane, name) {
      const server = upstreams.find(plane, name)
      const watcher = server && watchers.get(server)
      if (watcher === undefined) {
        throw new Fault('unknown_name', {
          detail: `There is no server ${plane}/${name} that is watched.`,
        })
      }
      await watcher.ask()
    },
    close() {
      isClosed = true
      for (const watcher of watchers.values()) watcher.stop()
    },
  }
}

interface Watcher {
  ask(): Promise<Observation>
  hint(): void
  notice(): void
  stop(): void
}
