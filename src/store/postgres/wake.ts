import { Client } from 'pg'
import type { Clock } from '#lib/clock.ts'
import type { Log } from '#lib/log.ts'
import type { Address } from './address.ts'
import { mailboxChannel, type PostgresMailboxes } from './mailboxes.ts'
import { messageOf } from './postgres-error.ts'

/** What a change notifies in its transaction, and every process listens to. */
export const wakeChannel = 'bailiwick'

const pollMs = 500
const firstBackoffMs = 100
const longestBackoffMs = 5000

export interface Wake {
  /** See `Store.onWake`. */
  onWake(listener: () => Promise<void>): void
  /** Begins to listen, if it has not yet. */
  start(): void
  /** See `Store.reachable`. */
  readonly reachable: boolean
  close(): Promise<void>
}

/**
 * Wakes its listeners when a notification comes, when the connection that hears them is new (one may
 * have been missed), and when the poll behind it finds a revision that it has not seen.
 */
export const createWake = ({
  address,
  newest,
  clock,
  log,
  mailboxes,
}: {
  address: Address
  newest: () => Promise<number>
  clock: Clock
  log: Log
  /** Hear of their own channel over the same connection, and look where something may have been missed. */
  mailboxes: () => Pick<PostgresMailboxes, 'hear' | 'look'>
}): Wake => {
  const listeners: (() => Promise<void>)[] = []
  let closed = false
  let started = false
  let reachable = true
  let seen = -1
  let underWay = false
  let again = false
  let client: Client | undefined
  let cancelPoll = () => {}
  let cancelListen = () => {}

  const wake = (): void => {
    again = true
    if (!underWay) void tell()
  }
  const tell = async (): Promise<void> => {
    underWay = true
    while (again && !closed) {
      again = false
      for (const listener of listeners) {
        await listener().catch((error: unknown) =>
          log.error('store.wake', { problem: messageOf(error) }),
        )
      }
    }
    underWay = false
  }

  const poll = async (): Promise<void> => {
    try {
      const found = await newest()
      setReachable(true)
      if (found > seen) wake()
      seen = Math.max(seen, found)
      mailboxes().look()
    } catch (error) {
      setReachable(false, messageOf(error))
    }
    if (!closed) cancelPoll = clock.after(pollMs, poll)
  }
  const setReachable = (now: boolean, problem?: string): void => {
    if (reachable === now || closed) return
    reachable = now
    if (now) log.info('store.reached', { store: address.place })
    else log.error('store.unreachable', { store: address.place, problem })
  }

  const listen = async (backoffMs: number): Promise<void> => {
    const { connectionString } = address
    const mine = new Client({
      connectionString,
      fallback_application_name: 'bailiwick, listening',
      connectionTimeoutMillis: longestBackoffMs,
      keepAlive: true,
    })
    client = mine
    let nextMs = Math.min(backoffMs * 2, longestBackoffMs)
    mine.on('notification', ({ channel, payload = '' }) =>
      channel === mailboxChannel ? mailboxes().hear(payload) : wake(),
    )
    // What is wrong is said by the poll; here it only ends.
    mine.on('error', () => {})
    mine.once('end', () => {
      if (!closed) cancelListen = clock.after(nextMs, () => void listen(nextMs))
    })
    try {
      await mine.connect()
      await mine.query(`listen ${wakeChannel}; listen ${mailboxChannel}`)
      nextMs = firstBackoffMs
      wake()
      mailboxes().look()
    } catch {
      await mine.end().catch(() => {})
    }
  }

  const start = (): void => {
    if (started || closed) return
    started = true
    void poll()
    void listen(firstBackoffMs)
  }

  return {
    onWake(listener) {
      listeners.push(listener)
      start()
    },
    start,
    get reachable() {
      return reachable
    },
    async close() {
      closed = true
      cancelPoll()
      cancelListen()
      await client?.end().catch(() => {})
    },
  }
}
