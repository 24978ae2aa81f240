import type { Socket } from 'node:net'
import type { Clock } from '../clock.ts'
import { type LaneAbout, LaneConnection } from './connection.ts'
import type { HttpRequest, HttpResponse } from './exchange.ts'

/**
 * The way inward for plain requests, in front of node:http on the same connections: what came as one
 * whole plain POST (`plain-request.ts`) is served here. With anything else the connection goes to
 * node:http, with every byte of it that was not served yet, and stays there.
 */
export interface Lane {
  /** A connection from which nothing has been read. */
  take(socket: Socket): void
  /** Closes what is idle; each answer from now on is the last one of its connection. */
  close(): void
}

export interface LaneParts {
  readonly clock: Clock
  /** Whether requests for this target are served here; others are node:http's. */
  serves(target: string): boolean
  serve(request: HttpRequest, response: HttpResponse): void
  /** `isPipelined`: its first bytes came before the request in front of them was answered. */
  hand(socket: Socket, isPipelined: boolean): void
  /** What clients are told; idle connections are closed within some seconds behind it. */
  readonly keepSeconds: number
}

/** Nothing asks for idle connections to be closed to the second. */
const TICK_MS = 5000
/** In ticks, as long as node:http waits for a head: a connection that never asked is owed no answer. */
const SILENT_TICKS = 3

export const createLane = (parts: LaneParts): Lane => {
  const { clock, keepSeconds } = parts
  const idleTicks = Math.ceil((keepSeconds * 1000) / TICK_MS)
  const open = new Set<LaneConnection>()
  let tick = 0
  let isTicking = false
  let isClosing = false
  let second = -1
  let date = ''

  const sweepLater = (): void => {
    if (isTicking) return
    isTicking = true
    clock.after(TICK_MS, () => {
      isTicking = false
      tick++
      for (const one of open) one.sweep(tick - SILENT_TICKS, tick - idleTicks)
      if (open.size > 0) sweepLater()
    })
  }

  const about: LaneAbout = {
    ...parts,
    tick: () => tick,
    keepSeconds: () => (isClosing ? 0 : keepSeconds),
    date() {
      const now = clock.now()
      const at = Math.floor(now / 1000)
      if (at !== second) {
        second = at
        date = new Date(now).toUTCString()
      }
      return date
    },
    left: (connection: LaneConnection) => void open.delete(connection),
  }

  return {
    take(socket) {
      open.add(new LaneConnection(socket, about))
      sweepLater()
    },
    close() {
      isClosing = true
      for (const one of open) one.closeIdle()
    },
  }
}
