import { DatabaseError } from 'pg'
import { Fault } from '#lib/fault.ts'

/** Nothing was asked of the server: there was no connection to ask on. */
export class Unconnected extends Error {
  constructor(cause: unknown) {
    super(messageOf(cause), { cause })
    this.name = 'Unconnected'
  }
}

/** SQLSTATE (PostgreSQL, appendix A); undefined where it was not the server that spoke. */
export const sqlState = (error: unknown): string | undefined => {
  if (error instanceof Unconnected) return sqlState(error.cause)
  return error instanceof DatabaseError ? error.code : undefined
}

export const isUniqueViolation = (error: unknown): boolean => sqlState(error) === '23505'

/** serialization_failure and deadlock_detected: rolled back for certain, and worth trying again. */
export const isTransient = (error: unknown): boolean =>
  ['40001', '40P01'].includes(sqlState(error) ?? '')

/**
 * The connection is gone, and with it the answer: what was asked may have happened or not. The
 * server says 08… or 57P… (it is shutting down, or crashed) as its last word; everything that has
 * no SQLSTATE came from the socket or from our own deadline.
 */
export const isLost = (error: unknown): boolean => {
  const state = sqlState(error)
  return state === undefined || state.startsWith('08') || state.startsWith('57P')
}

/** A connection that must not be used again: lost, or to a server that takes no writes any more. */
export const isSpoilt = (error: unknown): boolean => isLost(error) || sqlState(error) === '25006'

/**
 * What nobody did wrong: the server is away, full (53), out of time (57014, 55P03), shutting down or
 * read-only. With these a later try can succeed.
 */
const isAway = (error: unknown): boolean =>
  error instanceof Unconnected ||
  isLost(error) ||
  /^(53|57|55P03|25006)/.test(sqlState(error) ?? '')

/** As the store's callers see it. Messages of these classes hold no value of a row. */
export const storeFault = (error: unknown, place: string): unknown =>
  error instanceof Fault || !isAway(error)
    ? error
    : new Fault('store_unreachable', { detail: `${place}: ${messageOf(error)}`, cause: error })

/** An AggregateError of several addresses has no message of its own. */
export const messageOf = (error: unknown): string => {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ')
  return error instanceof Error ? error.message : 'unknown'
}
