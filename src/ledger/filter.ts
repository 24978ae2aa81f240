import type { EntryType } from '#domain/entry.ts'
import type { IndexedField } from '#domain/indexed.ts'
import { matchTemplate } from '#mcp/template.ts'
import type { Fields } from '#store/store.ts'
import type { CallRecord } from './ledger.ts'
import { begins } from './record.ts'

/** What of a call can be asked for by its name. */
export const fields = [
  'agent',
  'consumer',
  'user',
  'apiKey',
  'run',
  'server',
  'capability',
  'kind',
  'name',
  'method',
  'class',
  'result',
  'station',
  'reason',
  'rule',
  'grant',
  'quota',
  'trace',
] as const
export type Field = (typeof fields)[number]

/** What became of a call: refused with one of the first three, or permitted and then the others. */
const refusals = ['denied', 'limited', 'held'] as const
export const results = [
  ...refusals,
  'permitted',
  'under way',
  'complete',
  'tool error',
  'protocol error',
  'input required',
  'failed',
  'cancelled',
  'unknown',
] as const

/** The field has one of these values, or with `not` none of them. */
export interface Term {
  readonly field: Field | IndexedField
  readonly values: readonly string[]
  readonly not: boolean
  /** Of an argument: what entries hold instead, where it was personal. */
  readonly hashes?: ReadonlySet<string>
}

/** From `since` on and before `until`, in UTC milliseconds; each of the terms holds. */
export interface CallFilter {
  readonly since: number | undefined
  readonly until: number | undefined
  readonly terms: readonly Term[]
}

type ArgumentTerm = Term & { readonly field: IndexedField }
export const isOfArgument = (term: Term): term is ArgumentTerm => term.field.startsWith('arg.')
export const isOfResult = ({ field }: Term): boolean => field === 'result'

export const holds = ({ field, values, not, hashes }: Term, record: CallRecord): boolean => {
  const isOne =
    field === 'capability'
      ? values.some((value) => isOf(value, record))
      : textsOf(field, record).some((text) => values.includes(text) || hashes?.has(text))
  return isOne !== not
}

/** A template stands for itself and for every URI that it fits, whatever the URI was read by. */
export const isOf = (
  capability: string,
  { server, kind, name, template }: Pick<CallRecord, 'server' | 'kind' | 'name' | 'template'>,
): boolean => {
  const asked = splitCapability(capability)
  if (asked.server !== server) return false
  if (asked.name === name || asked.name === template) return true
  return kind === 'resource' && matchTemplate(asked.name, name) !== undefined
}

export const splitCapability = (written: string): { server: string; name: string } => {
  const at = written.indexOf('/')
  return { server: written.slice(0, at), name: written.slice(at + 1) }
}

export const isWithin = ({ since, until }: CallFilter, { at }: CallRecord): boolean =>
  (since === undefined || at >= since) && (until === undefined || at < until)

/** Every text by which a call can be asked for in this field. */
export const textsOf = (
  field: Exclude<Field, 'capability'> | IndexedField,
  record: CallRecord,
): readonly string[] => {
  switch (field) {
    case 'agent':
    case 'consumer':
    case 'server':
    case 'kind':
    case 'name':
    case 'method':
    case 'station':
      return [record[field]]
    case 'user':
    case 'apiKey':
    case 'run':
    case 'class':
    case 'reason':
    case 'grant':
    case 'quota':
    case 'trace': {
      const value = record[field]
      return value === undefined ? [] : [value]
    }
    case 'rule':
      return record.rules
    case 'result':
      return resultsOf(record)
    default: {
      const value = record.indexed[argumentOf(field)]
      return typeof value === 'string' ? [value] : []
    }
  }
}

export const argumentOf = (field: IndexedField): string => field.slice('arg.'.length)

const resultsOf = ({ decision, outcome }: CallRecord): readonly string[] =>
  decision === 'permitted' ? ['permitted', outcome?.status ?? 'under way'] : [decision]

/**
 * What the store is asked for: no less than passes, and not much more, so that what is read over is
 * not loaded. With entries that do not say what an argument was, for nobody may take them for others.
 */
export const lookOf = ({
  terms,
}: CallFilter): { types: readonly EntryType[]; fields?: Fields[] } => {
  const wanted = terms.filter(({ not }) => !not)
  const ways = wanted
    .filter((term) => !isOfArgument(term))
    .reduce<Fields[]>((all, term) => narrowed(all, waysOf(term)), [{}])
  const types = typesOf(wanted.find(isOfResult))
  const sought = withArguments(ways, wanted.filter(isOfArgument))
  if (sought.some((way) => Object.keys(way).length === 0)) return { types }
  // A flood that was counted without saying whose it was: nobody may take it for none.
  return { types, fields: types.includes('call.refused') ? [...sought, unnamed] : sought }
}

/** Refusals that were too many or too different to be counted apart. */
const unnamed: Fields = { reason: 'other' }

const mostWays = 8
/** Undefined where the store is not asked for it. */
const waysOf = ({ field, values }: Term): readonly Fields[] | undefined => {
  if (values.length > mostWays) return undefined
  switch (field) {
    case 'result':
    case 'rule':
      // Of several rules that refused together the entry has one text.
      return undefined
    case 'capability':
      return values.flatMap(capabilityWays)
    default:
      return values.map((value) => ({ [field]: value }))
  }
}

const capabilityWays = (value: string): Fields[] => {
  const { server, name } = splitCapability(value)
  return name.includes('{')
    ? [
        { server, name },
        { server, kind: 'resource' },
      ]
    : [{ server, name }]
}

const narrowed = (ways: Fields[], by: readonly Fields[] | undefined): Fields[] =>
  by === undefined || ways.length * by.length > mostWays
    ? ways
    : by.flatMap((more) => ways.map((way) => ({ ...way, ...more })))

/** All arguments as asked for, or one of them not said at all. */
const withArguments = (ways: Fields[], terms: readonly ArgumentTerm[]): Fields[] => {
  if (terms.length === 0) return ways
  const given = terms
    .filter(({ hashes }) => !hashes?.size)
    .map(({ field, values }) => [field, values[0] ?? ''] as const)
  // Of what may be hashed there are too many texts to ask the store for.
  if (given.length === 0) return ways
  const silent = [...new Set(terms.map(({ field }) => field))]
  return ways.flatMap((way) => [
    { ...way, ...Object.fromEntries(given) },
    ...silent.map((field) => ({ ...way, [field]: false as const })),
  ])
}

const typesOf = (term: Term | undefined): readonly EntryType[] => {
  if (term === undefined) return begins
  const isRefusal = (value: string) => (refusals as readonly string[]).includes(value)
  if (term.values.every(isRefusal)) return ['call.refused', 'call.refused.count']
  return term.values.some(isRefusal) ? begins : ['call.intent']
}
