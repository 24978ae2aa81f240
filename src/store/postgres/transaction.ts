import type { PoolClient } from 'pg'
import type { Clock } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import type { Step } from '../database.ts'
import type { Connections } from './connections.ts'
import { isLost, isTransient, storeFault } from './postgres-error.ts'

/** The first attempt, and three more where the server rolled back for somebody else's sake. */
const attempts = 4
/** A commit whose answer was lost is asked after for so long. */
const askingMs = 5000
const askAgainMs = 100

/** `Database.transact` on PostgreSQL. */
export const createTransact = ({
  connections,
  place,
  clock,
}: {
  connections: Connections
  place: string
  clock: Clock
}): ((steps: readonly Step[]) => Promise<number | undefined>) => {
  const attempt = async (steps: readonly Step[]): Promise<number | undefined> => {
    let transaction: string | undefined
    try {
      return await connections.raw(async (client) => {
        const unexpected = await run(client, steps)
        if (unexpected !== undefined) return unexpected
        const [row] = (await client.query('select pg_current_xact_id()::text as id')).rows
        transaction = row.id
        await client.query('commit')
        return undefined
      })
    } catch (error) {
      // Once COMMIT is on its way, only the server knows.
      if (transaction === undefined || !isLost(error)) throw error
      if (await stands(transaction, error)) return undefined
      throw error
    }
  }

  /** What became of a transaction whose end was not heard. */
  const stands = async (transaction: string, cause: unknown): Promise<boolean> => {
    const until = clock.elapsed() + askingMs
    for (;;) {
      const status = await statusOf(transaction).catch(() => 'not heard')
      if (status === 'committed') return true
      if (status === 'aborted') return false
      if (clock.elapsed() >= until) throw unknownEnd(place, cause)
      await new Promise<void>((resolve) => clock.after(askAgainMs, resolve))
    }
  }
  const statusOf = async (transaction: string): Promise<unknown> => {
    const text = 'select pg_xact_status($1::xid8) as status'
    const { rows } = await connections.raw((client) => client.query(text, [transaction]))
    return rows[0]?.status
  }

  return async (steps) => {
    if (steps.length === 0) return undefined
    for (let left = attempts - 1; ; left--) {
      try {
        return await attempt(steps)
      } catch (error) {
        if (left === 0 || !isTransient(error)) throw storeFault(error, place)
      }
    }
  }
}

/** Leaves the transaction open where everything was as expected, and rolled back where it was not. */
const run = async (client: PoolClient, steps: readonly Step[]): Promise<number | undefined> => {
  await client.query('begin')
  try {
    for (const [index, { query, expect }] of steps.entries()) {
      const { rowCount } = await client.query(query.sql, [...query.parameters])
      if (expect === undefined || rowCount === expect) continue
      await client.query('rollback')
      return index
    }
    return undefined
  } catch (error) {
    // On a lost connection the server rolls back by itself.
    if (!isLost(error)) await client.query('rollback')
    throw error
  }
}

const unknownEnd = (place: string, cause: unknown): Fault =>
  new Fault('store_unreachable', {
    detail: `${place}: the connection was lost while a change was committed; it stands as a whole or not at all`,
    cause,
  })
