import type { ServerDocument } from '#domain/documents.ts'
import { secretOf } from '#domain/lent.ts'
import type { Loan } from '#domain/loan.ts'
import type { PlaneId } from '#domain/name.ts'
import type { Clock, Random } from '#lib/clock.ts'
import { asFault } from '#lib/fault.ts'
import type { Log } from '#lib/log.ts'
import {
  type Connection,
  defaultUpstreamLimits,
  type Ground,
  type UpstreamLimits,
} from './connection.ts'
import { createGuard } from './guard.ts'
import { openHttp } from './http.ts'
import { type Fences, findFences } from './isolation.ts'
import { openStdio } from './stdio.ts'
import type { Runner, Upstream, Upstreams } from './upstream.ts'

/**
 * The connections of all planes. Each is opened by a document and closed, gently, when that is gone
 * or names another server or credential; labels and classifications do not touch it.
 */
export function createUpstreams(options: {
  /** By name, from the operator's configuration and nowhere else. */
  runners: ReadonlyMap<string, Runner>
  clock: Clock
  random: Random
  log: Log
  limits?: Partial<UpstreamLimits>
  /** The current secret of a server's credential, where it has one in the vault. */
  loanFor?: (plane: PlaneId, server: string) => Loan | undefined
  /** Folders that a sandboxed child must not see: those with our data and keys. */
  hidden?: readonly string[]
  /** Our version, as servers are told. */
  version?: string
}): Upstreams {
  const { clock, random, log, loanFor = () => undefined } = options
  const ground: Ground = {
    clock,
    random,
    log,
    limits: { ...defaultUpstreamLimits, ...options.limits },
    about: { name: 'bailiwick', version: options.version ?? '0' },
    loanFor(plane, server) {
      try {
        return loanFor(plane, server)
      } catch (thrown) {
        // Then there is none, which every connection knows how to say.
        log.error('upstream.loan', { plane, server, cause: asFault(thrown).code })
        return undefined
      }
    },
  }
  const guard = createGuard(clock)
  let fences: Promise<Fences> | undefined
  const host = {
    guard,
    hidden: options.hidden ?? [],
    fences: () => {
      fences ??= findFences()
      return fences
    },
  }
  const planes = new Map<PlaneId, Map<string, Held>>()
  const leaving = new Set<Promise<void>>()
  const listeners = new Set<(upstream: Upstream) => void>()
  const leaveListeners = new Set<(upstream: Upstream) => void>()

  function open(document: ServerDocument): Connection {
    const { upstream } = document
    if ('url' in upstream) return openHttp({ ...document, upstream }, ground)
    const runner = options.runners.get(upstream.runner)
    return openStdio({ ...document, upstream }, runner, ground, host)
  }

  function retire({ connection }: Held): void {
    for (const listener of leaveListeners) listener(connection)
    const gone = connection.retire(ground.limits.drainMs).finally(() => leaving.delete(gone))
    leaving.add(gone)
  }

  return {
    find: (plane, server) => planes.get(plane)?.get(server)?.connection,
    list: (plane) => [...(planes.get(plane)?.values() ?? [])].map(({ connection }) => connection),
    onOpen(listener) {
      listeners.add(listener)
      for (const servers of planes.values()) {
        for (const { connection } of servers.values()) listener(connection)
      }
    },
    onLeave(listener) {
      leaveListeners.add(listener)
    },
    async follow(plane, servers) {
      const before = planes.get(plane) ?? new Map<string, Held>()
      const after = new Map<string, Held>()
      for (const document of servers) {
        const what = essence(document)
        const held = before.get(document.name)
        const isSame = held?.what === what
        after.set(document.name, isSame ? held : { what, document, connection: open(document) })
      }
      planes.set(plane, after)
      for (const [name, held] of before) if (after.get(name) !== held) retire(held)
      for (const [name, held] of after) {
        if (before.get(name) === held) continue
        for (const listener of listeners) listener(held.connection)
      }
    },
    refresh(plane, credential) {
      for (const { document, connection } of planes.get(plane)?.values() ?? []) {
        if (secretOf(document.credential) === credential) connection.refresh()
      }
    },
    async close() {
      const held = [...planes.values()].flatMap((servers) => [...servers.values()])
      planes.clear()
      await Promise.all([...held.map(({ connection }) => connection.close()), ...leaving])
      guard.close()
    },
  }
}

interface Held {
  readonly what: string
  readonly document: ServerDocument
  readonly connection: Connection
}

/** What a connection is made from: where, and what it is lent. */
function essence({ upstream, credential }: ServerDocument): string {
  return JSON.stringify([upstream, credential])
}
