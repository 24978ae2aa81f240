import type { CapabilityKind } from './capability.ts'
import type { Intent, Outcome, Refused, RefusedCount } from './entry.ts'
import { indexedIn } from './indexed.ts'
import type { CapabilityClass } from './selector.ts'

/**
 * What many calls have in common: everything of a call and its outcome that takes few values, so that
 * calls are counted by it. What takes many values, a user, an API key, a run, a trace, an argument, a URI,
 * or a name that somebody made up, is a word of the single call.
 */
export interface Series {
  readonly agent: string
  readonly consumer: string
  readonly method: string
  readonly server: string
  readonly kind: CapabilityKind
  /** Undefined where the calls of one series are of many names: see `calledOf`. */
  readonly name: string | undefined
  readonly template: string | undefined
  readonly class: CapabilityClass | undefined
  readonly decision: 'permitted' | 'denied' | 'limited' | 'held'
  readonly station: string
  readonly reason: string | undefined
  readonly rules: readonly string[]
  readonly grant: string | undefined
  readonly quota: string | undefined
  /** What became of it; undefined where it was refused, and while it is under way. */
  readonly status: Outcome['status'] | undefined
  /** Arguments that the entry says, by name: those that were indexed then. */
  readonly says: readonly string[]
}

/** What a call begins with. */
export type Beginning = Intent | Refused | RefusedCount

/** A text by which single calls are found. */
export interface Word {
  readonly field: WordField
  readonly text: string
}
export type WordField = NamedWordField | 'called' | `arg.${string}`
type NamedWordField = (typeof namedWords)[number]
/** Those that are asked for by their names. */
const namedWords = ['user', 'apiKey', 'run', 'trace'] as const
export const isNamedWord = (field: string): field is NamedWordField =>
  (namedWords as readonly string[]).includes(field)

export const seriesOf = (entry: Beginning): Series => {
  const { agent, consumer, method, server, kind, name, template } = entry
  return {
    agent,
    consumer,
    method,
    // One that is not there is a name that somebody made up.
    server: isNowhere(entry) ? '' : server,
    kind,
    name: isOfManyNames(entry) ? undefined : name,
    template,
    class: entry.class,
    ...decidedOf(entry),
    status: undefined,
    says: indexedIn(entry).map(([field]) => field.slice('arg.'.length)),
  }
}

type Decided = Pick<Series, 'decision' | 'station' | 'reason' | 'rules' | 'grant' | 'quota'>

export const decidedOf = (entry: Beginning): Decided => {
  if (entry.type === 'call.intent') {
    const { grant } = entry
    const unrefused = { reason: undefined, rules: [], quota: undefined }
    return { decision: 'permitted', station: 'forward', grant, ...unrefused }
  }
  const { station, reason, rule, quota } = entry
  const decision = reason === 'limited' || reason === 'held' ? reason : 'denied'
  return { decision, station, reason, rules: rule?.split(' ') ?? [], grant: undefined, quota }
}

const isNowhere = (entry: Beginning): boolean =>
  'because' in entry && entry.because === 'no such server'

const isOfManyNames = (entry: Beginning): boolean =>
  entry.kind === 'resource' ||
  entry.kind === 'template' ||
  isNowhere(entry) ||
  ('because' in entry && entry.because === 'no such capability')

/** What was called, where the series does not say it: server and name. */
export const calledOf = (entry: Beginning): string | undefined =>
  isOfManyNames(entry) ? calledText(entry.server, entry.name) : undefined

/** A server has no slash in its name; what somebody made up may, and is still told apart. */
const calledText = (server: string, name: string): string => `${server.length}/${server}/${name}`

export const readCalled = (text: string): { readonly server: string; readonly name: string } => {
  const at = text.indexOf('/')
  const length = Number(text.slice(0, at))
  const server = text.slice(at + 1, at + 1 + length)
  return { server, name: text.slice(at + 2 + length) }
}

export const wordsOf = (entry: Beginning): Word[] => {
  const words: Word[] = []
  const add = (field: WordField, text: string | undefined) => {
    if (text !== undefined) words.push({ field, text })
  }
  add('called', calledOf(entry))
  add('user', entry.user)
  add('apiKey', entry.apiKey)
  if ('run' in entry) add('run', entry.run)
  if ('trace' in entry) add('trace', entry.trace)
  for (const [field, value] of indexedIn(entry)) if (typeof value === 'string') add(field, value)
  return words
}

/** One text for each series, by which it is known where it is kept. */
export const keyOfSeries = (series: Series): string =>
  JSON.stringify([
    series.agent,
    series.consumer,
    series.method,
    series.server,
    series.kind,
    series.name ?? null,
    series.template ?? null,
    series.class ?? null,
    series.decision,
    series.station,
    series.reason ?? null,
    series.rules,
    series.grant ?? null,
    series.quota ?? null,
    series.status ?? null,
    series.says,
  ])

export const readSeries = (key: string): Series => {
  const [
    agent,
    consumer,
    method,
    server,
    kind,
    name,
    template,
    ofClass,
    decision,
    station,
    reason,
    rules,
    grant,
    quota,
    status,
    says,
  ] = JSON.parse(key)
  const maybe = <T>(value: T | null): T | undefined => value ?? undefined
  return {
    agent,
    consumer,
    method,
    server,
    kind,
    name: maybe(name),
    template: maybe(template),
    class: maybe(ofClass),
    decision,
    station,
    reason: maybe(reason),
    rules,
    grant: maybe(grant),
    quota: maybe(quota),
    status: maybe(status),
    says,
  }
}
