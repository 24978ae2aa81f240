import { capabilityKinds } from '#domain/capability.ts'
import { stations } from '#domain/decision.ts'
import { instant } from '#domain/fields.ts'
import { type IndexedField, indexedField, isIndexedText } from '#domain/indexed.ts'
import { capabilityClasses } from '#domain/selector.ts'
import { Fault } from '#lib/fault.ts'
import { didYouMean } from '#lib/nearest.ts'
import { type CallFilter, type Field, fields, results, type Term } from './filter.ts'

/** Which calls, as people write it: options of the terminal, the query of an address. */
export interface WrittenAsk {
  /** AGENT or AGENT@CONSUMER. */
  readonly agent?: string | undefined
  readonly consumer?: string | undefined
  readonly user?: string | undefined
  readonly server?: string | undefined
  /** SERVER/NAME; any of several. */
  readonly capability?: readonly string[] | undefined
  /** Any of several. */
  readonly result?: readonly string[] | undefined
  /** An instant, or how long ago: 2h, 7d. From then on. */
  readonly since?: string | undefined
  /** The same. Before then. */
  readonly until?: string | undefined
  /** FIELD=VALUE or FIELD!=VALUE; all of several. */
  readonly where?: readonly string[] | undefined
  /** FIELD=VALUE; any of those of one field, and so for each of the fields. */
  readonly any?: readonly string[] | undefined
}

const mostTerms = 16
const mostValues = 50

/** What was asked for, as a filter. Throws Fault('usage') that names the mistake and what was probably meant. */
export const readAsk = (written: WrittenAsk, now: number): CallFilter => {
  const [agent, consumer] = written.agent?.split('@') ?? []
  const terms = [
    ...termOf('agent', agent),
    ...termOf('consumer', consumer),
    ...termOf('consumer', written.consumer),
    ...termOf('user', written.user),
    ...termOf('server', written.server),
    ...termOf('capability', written.capability),
    ...termOf('result', written.result),
    ...(written.where ?? []).map(readWhere),
    ...readAny(written.any ?? []),
  ]
  if (terms.length > mostTerms || terms.some(({ values }) => values.length > mostValues))
    throw usage(`A question has at most ${mostTerms} conditions, of ${mostValues} values each.`)
  const since = readInstant('since', written.since, now)
  const until = readInstant('until', written.until, now)
  if (since !== undefined && until !== undefined && since >= until)
    throw usage('The window ends before it begins: --until must be later than --since.')
  return { since, until, terms }
}

const termOf = (field: Field, written: string | readonly string[] | undefined): Term[] => {
  if (written === undefined || written.length === 0) return []
  const values = (typeof written === 'string' ? [written] : written).map((one) =>
    readValue(field, one),
  )
  return [{ field, values, not: false }]
}

export const readWhere = (written: string): Term => {
  const [, name, sign, value] = /^([^=!]+)(!?=)(.*)$/s.exec(written) ?? []
  if (name === undefined || value === undefined)
    throw usage(`"${written}" is not FIELD=VALUE or FIELD!=VALUE.`)
  const field = readField(name)
  return { field, values: [readValue(field, value)], not: sign === '!=' }
}

/** One term of each field, which holds where one of its values does. */
const readAny = (written: readonly string[]): readonly Term[] => {
  const terms = new Map<Term['field'], Term>()
  for (const one of written) {
    const term = readWhere(one)
    if (term.not) throw usage(`"${one}" leaves out; any of several is FIELD=VALUE.`)
    const values = [...(terms.get(term.field)?.values ?? []), ...term.values]
    terms.set(term.field, { ...term, values })
  }
  return [...terms.values()]
}

/** The form of a name in the `index` of a classification. */
const argumentForm = /^arg\.[A-Za-z_][A-Za-z0-9_-]{0,63}$/

export const readField = (name: string): Field | IndexedField => {
  const found = fields.find((one) => one === name)
  if (found) return found
  if (argumentForm.test(name)) return indexedField(name.slice(4))
  const meant = didYouMean(name, fields) || '.'
  throw usage(
    `There is no field "${name}"${meant} There is: ${fields.join(', ')}, and arg.NAME for an argument.`,
  )
}

const readValue = (field: Field | IndexedField, written: string): string => {
  switch (field) {
    case 'result':
      return oneOf('result', written.replaceAll('-', ' '), results)
    case 'kind':
      return oneOf('kind', written, capabilityKinds)
    case 'class':
      return oneOf('class', written, capabilityClasses)
    case 'apiKey':
      if (/^key_[0-9A-HJKMNP-TV-Z]{26}$/.test(written)) return written
      throw usage(`"${written}" is not the id of an API key; \`bailiwick agent keys\` lists them.`)
    case 'trace':
      if (/^[0-9a-f]{32}$/.test(written)) return written
      throw usage(`"${written}" is not a trace-id of 32 hexadecimal digits.`)
    case 'station':
      return oneOf('station', written, stations)
    case 'capability':
      if (/^[^/]+\/./.test(written)) return written
      throw usage(`"${written}" is not SERVER/NAME.`)
  }
  if (field.startsWith('arg.') && !isIndexedText(written))
    throw usage(`No entry holds a value of ${field} as long as this, or with control characters.`)
  return written
}

const oneOf = (what: string, written: string, known: readonly string[]): string => {
  if (known.includes(written)) return written
  const all = known.map((one) => one.replaceAll(' ', '-'))
  const meant = didYouMean(written.replaceAll(' ', '-'), all) || '.'
  throw usage(`There is no ${what} "${written}"${meant} There is: ${all.join(', ')}.`)
}

const units = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** An instant, or how long ago; undefined where nothing is written. Throws Fault('usage'). */
export const readInstant = (
  option: string,
  written: string | undefined,
  now: number,
): number | undefined => {
  if (written === undefined) return undefined
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(written) ?? []
  if (count !== undefined) return now - Number(count) * units[unit as keyof typeof units]
  if (instant.safeParse(written).success) return Date.parse(written)
  throw usage(
    `--${option} takes an instant with its offset, such as 2026-11-20T12:00:00Z, or how long ago: 90s, 15m, 2h, 7d.`,
  )
}

const usage = (detail: string): Fault => new Fault('usage', { detail })
