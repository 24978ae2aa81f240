import type { PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import { asFault, Fault } from '#lib/fault.ts'
import type { Log } from '#lib/log.ts'
import type { Registry } from './registry.ts'
import {
  type Age,
  type Cadence,
  type Check,
  createWatcher,
  type WatchedServer,
  type Watcher,
} from './watcher.ts'

/** The connections of all planes. */
export interface WatchedServers {
  find(plane: PlaneId, server: string): WatchedServer | undefined
  /** Hears of each connection that is open, and of each that is opened from then on. */
  onOpen(listener: (server: WatchedServer) => void): void
}

export interface Watch {
  /** Asks now, after what is being asked already. Rejects with the Fault that kept the server from telling. */
  refresh(plane: PlaneId, server: string): Promise<void>
  /** How old what the server told is, measured from when it was asked. */
  age(plane: PlaneId, server: string): Age
  /**
   * Resolves when what the server told is no older than `freshMs` and stands in the registry. Whoever
   * looks while it is being asked shares the answer, so a thousand calls are one question. Rejects
   * with the Fault that kept it from telling, `upstream_timeout` after `patienceMs`; the question goes on.
   */
  look(plane: PlaneId, server: string): Promise<void>
  /** The server says that a list changed: what it told before is old, and it is asked again. */
  notice(plane: PlaneId, server: string): void
  /** How its list was last asked for; undefined where there is no connection to it. */
  check(plane: PlaneId, server: string): Check | undefined
  close(): void
}

/**
 * Keeps the registry at what the servers tell: asks each when its connection opens, when it says that
 * a list changed, every `everyMs`, and before a call whose server was asked too long ago: a server
 * that changes without a word is not called by what it was (trust.md §1 row 16). A notice is followed
 * at once, those that come within five seconds of it by one more question after them, not by many.
 */
export function watchServers(options: {
  upstreams: WatchedServers
  registry: Pick<Registry, 'observe'>
  clock: Clock
  log: Log
  cadence: Cadence
}): Watch {
  const { upstreams, registry, clock, log, cadence } = options
  const watchers = new Map<WatchedServer, Watcher>()
  let isClosed = false

  function watch(server: WatchedServer): void {
    if (isClosed || watchers.has(server)) return
    const about = { plane: server.plane, server: server.server }
    const watcher = createWatcher({
      server,
      registry,
      clock,
      cadence,
      isWatched() {
        if (isClosed) return false
        const isCurrent = upstreams.find(server.plane, server.server) === server
        if (!isCurrent) watchers.delete(server)
        return isCurrent
      },
      onFailure(thrown, inARow) {
        const { code, detail } = asFault(thrown)
        // The connection tells of servers that are down; this is of those that are up and tell nonsense.
        if (inARow === 1) log.warn('registry.unheard', { ...about, code, detail })
      },
    })
    watchers.set(server, watcher)
    server.onListChanged(watcher.notice)
    watcher.hint()
  }

  const find = (plane: PlaneId, name: string): Watcher | undefined => {
    const server = upstreams.find(plane, name)
    return server && watchers.get(server)
  }

  upstreams.onOpen(watch)
  return {
    async refresh(plane, name) {
      const watcher = find(plane, name)
      const detail = `There is no server ${plane}/${name} that is watched.`
      if (watcher === undefined) throw new Fault('unknown_name', { detail })
      await watcher.ask()
    },
    age: (plane, name) => find(plane, name)?.age() ?? 'old',
    async look(plane, name) {
      const watcher = find(plane, name)
      if (watcher) return await watcher.look()
      const detail = `${name} cannot be asked what it offers: no connection to it is open`
      throw new Fault('upstream_unreachable', { detail })
    },
    notice: (plane, name) => find(plane, name)?.notice(),
    check: (plane, name) => find(plane, name)?.check(),
    close() {
      isClosed = true
      for (const watcher of watchers.values()) watcher.stop()
    },
  }
}
