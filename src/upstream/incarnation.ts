import type { Loan } from '#domain/loan.ts'
import type { LogFields } from '#lib/log.ts'
import { startChild } from './child.ts'
import type { Ground } from './connection.ts'
import type { Guard } from './guard.ts'
import type { Fences, Launch } from './isolation.ts'
import { createMultiplexer } from './multiplex.ts'
import { createNoise } from './noise.ts'
import { createRedactor } from './redact.ts'
import type { Exchange, Outbound, Sink } from './upstream.ts'

/** What children have in common on this machine. */
export interface Host {
  readonly fences: () => Promise<Fences>
  readonly guard: Guard
  /** Folders that a sandboxed child does not see: ours. */
  readonly hidden: readonly string[]
}

/** One process, from its start to its end, and the requests on its pipe. */
export interface Incarnation {
  /** Version of the secret in its environment; undefined where none was lent. */
  readonly version: number | undefined
  readonly underWay: number
  /** Anything: a notification is written and done with. */
  send(message: Outbound, sink: Sink): Exchange
  /** What became of it, in words; when it resolves, whatever was under way has failed. */
  readonly ended: Promise<{ readonly how: string }>
  stop(): Promise<void>
}

export function incarnate(options: {
  launch: Launch
  loan: Loan | undefined
  ground: Ground
  host: Host
  about: LogFields
  say: (what: string) => string
  onListChanged: () => void
}): Incarnation {
  const { launch, loan, ground, host, about, say, onListChanged } = options
  const { clock, log, limits } = ground
  // Opened once more, for as long as the child has it: its error output must not show it.
  const noise = createNoise({ clock, log, about, redact: createRedactor(loan?.open()) })
  let isFlood = false

  const dropped = (bytes: number, isBroken: boolean) => {
    if (isFlood || !noise.dropped(bytes, isBroken)) return
    isFlood = true
    log.warn('upstream.flood', about)
    child.kill()
  }
  const child = startChild({
    launch,
    guard: host.guard,
    clock,
    limits: {
      lineBytes: limits.messageBytes,
      unreadBytes: limits.unreadBytes,
      graceMs: limits.graceMs,
    },
    onLine(line) {
      if (line.length > 0 && !isFlood) pipe.receive(line)
    },
    onTooLong: () => dropped(limits.messageBytes, true),
    onErrorLine: noise.errorLine,
  })
  const pipe = createMultiplexer({
    write: child.write,
    clock,
    say,
    most: limits.sharedRequests,
    heldBytes: limits.messageBytes,
    onListChanged,
    onDropped: dropped,
  })
  const ended = child.ended.then((how) => {
    const what = isFlood ? 'flooded its output and was ended' : how
    pipe.end('upstream_unreachable', `lost its process, which ${what}`)
    return { how: what }
  })

  return {
    version: loan?.version,
    get underWay() {
      return pipe.underWay
    },
    send(message, sink) {
      if (message.id !== undefined) return pipe.send(message, sink)
      child.write(message.body)
      queueMicrotask(() => {
        sink.head({ status: 202, kind: 'none', sessionId: undefined, headers: [] })
        sink.end()
      })
      return { cancel() {}, resume() {} }
    },
    ended,
    stop: child.stop,
  }
}
