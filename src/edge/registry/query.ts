import { Fault } from '#lib/fault.ts'

/** What may be asked of the list of servers; parameters of later versions are passed over. */
export interface ListQuery {
  /** The item behind which the page begins. */
  readonly after: string | undefined
  readonly limit: number
  /** Lower case. */
  readonly search: string | undefined
  /** UTC milliseconds. */
  readonly updatedSince: number | undefined
  /** An exact one; `latest`, which every version here is, is undefined. */
  readonly version: string | undefined
}

const usualLimit = 30
const mostLimit = 100

/** Throws Fault('usage') for a value that cannot be meant, since to ignore a filter is to tell too much. */
export const readListQuery = (query: URLSearchParams): ListQuery => {
  const version = one(query, 'version')
  return {
    after: readCursor(one(query, 'cursor')),
    limit: readLimit(one(query, 'limit')),
    search: one(query, 'search')?.toLowerCase(),
    updatedSince: readInstant(one(query, 'updated_since')),
    version: version === 'latest' ? undefined : version,
  }
}

export const cursorOf = (item: string): string => Buffer.from(item).toString('base64url')

/** Empty is as good as absent: forms send all of their fields. */
const one = (query: URLSearchParams, name: string): string | undefined => {
  const [value, ...others] = query.getAll(name)
  if (others.length > 0) throw wrong(`${name} stands twice.`)
  return value || undefined
}

const readCursor = (written: string | undefined): string | undefined => {
  if (written === undefined) return undefined
  const item = Buffer.from(written, 'base64url').toString()
  if (cursorOf(item) === written) return item
  throw wrong('cursor is not one of this list.')
}

const readLimit = (written: string | undefined): number => {
  if (written === undefined) return usualLimit
  if (!/^[1-9]\d{0,8}$/.test(written)) throw wrong('limit takes a whole number from 1 on.')
  return Math.min(Number(written), mostLimit)
}

/** RFC 3339 §5.6. */
const instantForm = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)$/

const readInstant = (written: string | undefined): number | undefined => {
  if (written === undefined) return undefined
  const at = instantForm.test(written) ? Date.parse(written.toUpperCase()) : Number.NaN
  if (Number.isNaN(at)) throw wrong('updated_since takes an instant such as 2026-11-27T09:00:00Z.')
  return at
}

const wrong = (detail: string): Fault => new Fault('usage', { detail })
