import { Pool, type PoolClient, types } from 'pg'
import type { Address } from './address.ts'
import { isSpoilt, storeFault, Unconnected } from './postgres-error.ts'

export interface Connections {
  /**
   * Runs the work on a connection that is its own meanwhile. Rejects with Fault('store_unreachable')
   * where the server is away, where none comes free in time, or where a statement takes too long;
   * other errors of the server come as they are.
   */
  use<T>(work: (client: PoolClient) => Promise<T>): Promise<T>
  /** As `use`, with every error as the driver gave it. */
  raw<T>(work: (client: PoolClient) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** Beyond what the server allows a statement, for the case that the server itself stands still. */
const graceMs = 1000
const idleTransactionMs = 10_000

/** A bounded pool. Every wait in it has an end: for a connection, for a lock, for a statement, for an answer. */
export const createConnections = ({
  address,
  most,
  waitMs,
  statementMs,
}: {
  address: Address
  most: number
  /** For a connection, new or used. */
  waitMs: number
  /** For one statement, its locks included; 0 for as long as it takes. */
  statementMs: number
}): Connections => {
  const pool = new Pool({
    connectionString: address.connectionString,
    fallback_application_name: 'bailiwick',
    max: most,
    connectionTimeoutMillis: waitMs,
    keepAlive: true,
    types: { getTypeParser },
    ...(statementMs > 0 && { query_timeout: statementMs + graceMs }),
    onConnect: (client) => client.query(settings, [String(statementMs), String(idleTransactionMs)]),
  })
  // An idle connection that ends is replaced by the next one; without a listener it would end the process.
  pool.on('error', () => {})

  const raw = async <T>(work: (client: PoolClient) => Promise<T>): Promise<T> => {
    const client = await pool.connect().catch((cause: unknown) => {
      throw new Unconnected(cause)
    })
    let spoilt = false
    const lost = (): void => {
      spoilt = true
    }
    client.on('error', lost)
    try {
      return await work(client)
    } catch (error) {
      spoilt ||= isSpoilt(error)
      throw error
    } finally {
      client.off('error', lost)
      client.release(spoilt)
    }
  }
  return {
    raw,
    async use(work) {
      try {
        return await raw(work)
      } catch (error) {
        throw storeFault(error, address.place)
      }
    },
    close: () => pool.end(),
  }
}

/**
 * Said by statement, not in the address: what the operator wrote there stays. Commits are durable
 * whatever the server's default is, and stay stronger (remote_apply) where it is.
 */
const settings = `select set_config('statement_timeout', $1, false),
  set_config('lock_timeout', $1, false),
  set_config('idle_in_transaction_session_timeout', $2, false),
  set_config('default_transaction_isolation', 'read committed', false),
  set_config('synchronous_commit', case current_setting('synchronous_commit')
    when 'remote_apply' then 'remote_apply' else 'on' end, false)`

/** Of bigint, whose values the driver would give as text. */
const bigintOid = 20
const getTypeParser: typeof types.getTypeParser = (
  oid: number,
  format?: 'text' | 'binary',
): unknown =>
  oid === bigintOid && format !== 'binary' ? integerOf : types.getTypeParser(oid, format)

const integerOf = (text: string): number => {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new Error('an integer beyond 2^53')
  return value
}
