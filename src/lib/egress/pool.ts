import type { Clock } from '../clock.ts'
import type { Connect } from './connect.ts'
import { Connection } from './connection.ts'
import type { Exchange } from './exchange.ts'

/** Connections to one origin: so many at most, each kept for a while after its last exchange. */
export interface Pool {
  /** Carries it as soon as there is a connection. It hears of nothing before this has returned. */
  send(exchange: Exchange): void
  /** It waits no longer. */
  forget(exchange: Exchange): void
  close(): void
}

/** Nothing asks for idle connections to be closed to the millisecond. */
const SWEEP_MS = 1000

export function createPool(options: { connect: Connect; clock: Clock; most: number }): Pool {
  const { connect, clock, most } = options
  const open = new Set<Connection>()
  // The one used last is taken first, so that a pool that has grown shrinks again.
  const idle: Connection[] = []
  // In the order they came.
  const waiting = new Set<Exchange>()
  let opening = 0
  let isSweeping = false
  let isClosed = false

  const takeIdle = (): Connection | undefined => {
    const now = clock.elapsed()
    for (let one = idle.pop(); one !== undefined; one = idle.pop()) {
      const until = one.idleUntilMs
      one.idleUntilMs = 0
      if (until > now) return one
      one.destroy()
    }
    return undefined
  }

  const carry = (connection: Connection, exchange: Exchange): void => {
    waiting.delete(exchange)
    exchange.begin(connection)
    connection.carry(exchange)
  }

  const rest = (connection: Connection, keepMs: number): void => {
    const [next] = waiting
    if (next !== undefined) {
      carry(connection, next)
      return
    }
    idle.push(connection)
    connection.idleUntilMs = clock.elapsed() + keepMs
    sweepLater()
  }

  const sweepLater = (): void => {
    if (isSweeping) return
    isSweeping = true
    clock.after(SWEEP_MS, () => {
      isSweeping = false
      const now = clock.elapsed()
      for (const connection of idle) if (connection.idleUntilMs <= now) connection.destroy()
      if (idle.length > 0) sweepLater()
    })
  }

  const over = (connection: Connection): void => {
    open.delete(connection)
    const at = idle.indexOf(connection)
    if (at >= 0) idle.splice(at, 1)
    serve()
  }

  /** One connection for each that waits, as far as there is room. */
  const serve = (): void => {
    while (!isClosed && opening < waiting.size && open.size + opening < most) {
      opening++
      connect(opened, failed)
    }
  }

  const opened: Parameters<Connect>[0] = (socket) => {
    opening--
    const connection = new Connection(socket, { idle: rest, over })
    open.add(connection)
    if (isClosed) connection.destroy()
    // Whoever it was opened for may have been cancelled or carried by another one.
    else rest(connection, FRESH_MS)
  }

  const failed = (error: Error): void => {
    opening--
    const [first] = waiting
    if (first !== undefined) waiting.delete(first)
    first?.onError(error)
    serve()
  }

  return {
    send(exchange) {
      const connection = waiting.size === 0 ? takeIdle() : undefined
      if (connection !== undefined) carry(connection, exchange)
      else {
        waiting.add(exchange)
        serve()
      }
    },
    forget: (exchange) => void waiting.delete(exchange),
    close() {
      isClosed = true
      waiting.clear()
      for (const connection of open) connection.destroy()
    },
  }
}

/** A connection that nobody needed after all waits no longer than a server does for a first request. */
const FRESH_MS = 4000
