import type { Call, Hours, Use } from './world.ts'

/** What a condition speaks of. A member that is not there throws, which is an error of the condition. */
export interface Spoken {
  readonly args: Readonly<Record<string, unknown>>
  readonly uri: string
  readonly caller: {
    readonly agent: string
    readonly owner: string
    readonly groups: readonly string[]
    readonly claims: Readonly<Record<string, unknown>>
  }
  readonly consumer: { readonly name: string; readonly owner: string }
  readonly user: { readonly name: string } | null
  readonly item: {
    readonly item: string
    readonly name: string
    readonly owner: string
    readonly class: string
    readonly labels: readonly string[]
  }
  readonly scopes: readonly string[]
  readonly now: number
}

const text = (value: unknown): string => {
  if (typeof value !== 'string') throw new TypeError('no text')
  return value
}
const number = (value: unknown): number => {
  if (typeof value !== 'number') throw new TypeError('no number')
  return value
}
const list = (value: unknown): readonly unknown[] => {
  if (!Array.isArray(value)) throw new TypeError('no list')
  return value
}
const hourIn = (now: number, timeZone: string): number =>
  Number(new Intl.DateTimeFormat('en', { timeZone, hourCycle: 'h23', hour: '2-digit' }).format(now))

/** The conditions of the cases and of random worlds, each with what it says in plain JavaScript. */
export const conditions: Readonly<Record<string, (spoken: Spoken) => unknown>> = {
  'args.line == "3"': ({ args }) => args.line === '3',
  'args.line == "4"': ({ args }) => args.line === '4',
  'args.hall == "3"': ({ args }) => args.hall === '3',
  'has(args.line)': ({ args }) => 'line' in args,
  'args.line == caller.claims.line': ({ args, caller }) => args.line === caller.claims.line,
  'args.line in caller.claims.lines': ({ args, caller }) =>
    list(caller.claims.lines).includes(args.line),
  '!has(args.line) || args.line == caller.claims.line': ({ args, caller }) =>
    !('line' in args) || args.line === caller.claims.line,
  'uri.startsWith("mes://line/")': ({ uri }) => uri.startsWith('mes://line/'),
  'uri.startsWith("mes://line3/")': ({ uri }) => uri.startsWith('mes://line3/'),
  'uri.startsWith("mes://line4/")': ({ uri }) => uri.startsWith('mes://line4/'),
  'uri == caller.claims.home': ({ uri, caller }) => uri === caller.claims.home,
  'has(caller.claims.line)': ({ caller }) => 'line' in caller.claims,
  '!has(caller.claims.line)': ({ caller }) => !('line' in caller.claims),
  'caller.claims.line == "3"': ({ caller }) => caller.claims.line === '3',
  'caller.claims.line == "4"': ({ caller }) => caller.claims.line === '4',
  'caller.claims.line > 2': ({ caller }) => number(caller.claims.line) > 2,
  'caller.claims.rank >= 2': ({ caller }) => number(caller.claims.rank) >= 2,
  'caller.claims.rank > 5': ({ caller }) => number(caller.claims.rank) > 5,
  'caller.claims.rank.startsWith("3")': ({ caller }) => text(caller.claims.rank).startsWith('3'),
  'caller.claims.vetted': ({ caller }) => caller.claims.vetted,
  '!caller.claims.vetted': ({ caller }) => !caller.claims.vetted,
  'caller.claims.vetted > 1': ({ caller }) => number(caller.claims.vetted) > 1,
  '"3" in caller.claims.lines': ({ caller }) => list(caller.claims.lines).includes('3'),
  '"5" in caller.claims.lines': ({ caller }) => list(caller.claims.lines).includes('5'),
  'caller.claims.lines > 1': ({ caller }) => number(caller.claims.lines) > 1,
  'caller.claims.clearance == "personal"': ({ caller }) => caller.claims.clearance === 'personal',
  'has(caller.claims.clearance) && caller.claims.clearance == "personal"': ({ caller }) =>
    'clearance' in caller.claims && caller.claims.clearance === 'personal',
  '"crew" in caller.groups': ({ caller }) => caller.groups.includes('crew'),
  'caller.owner == "plant"': ({ caller }) => caller.owner === 'plant',
  '"mes.read" in caller.scopes': ({ scopes }) => scopes.includes('mes.read'),
  '"mes.more" in caller.scopes': ({ scopes }) => scopes.includes('mes.more'),
  'consumer.name == "floor"': ({ consumer }) => consumer.name === 'floor',
  'user != null && user.name == "ayse"': ({ user }) => user !== null && user.name === 'ayse',
  'item.class == "read"': ({ item }) => item.class === 'read',
  '"personal" in item.labels': ({ item }) => item.labels.includes('personal'),
  'now < timestamp("2026-12-01T00:00:00Z")': ({ now }) => now < Date.UTC(2026, 11, 1),
  'now.getHours("Europe/Istanbul") < 12': ({ now }) => hourIn(now, 'Europe/Istanbul') < 12,
  'caller.claims': ({ caller }) => caller.claims,
}

/** One use in one call, and the scopes that count for its caller. */
export interface About {
  readonly call: Call
  readonly use: Use
  readonly has: readonly string[]
}

/** What a condition says of it: undefined where it errs, true where there is none. */
export const hears = (about: About, condition = ''): boolean | undefined => {
  if (condition === '') return true
  const { call, use, has } = about
  const { args, uri, of: item } = use
  const scopes = has.filter((one) => call.scopes?.includes(one) !== false)
  const spoken = { ...call.speaker, args, uri, item, scopes, now: call.now }
  const says = conditions[condition]
  if (!says) throw new Error(`told.ts does not know the condition ${condition}`)
  try {
    const answer = says(strict(spoken) as Spoken)
    return typeof answer === 'boolean' ? answer : undefined
  } catch {
    return undefined
  }
}

/** Throws for a member that is not there, or that is undefined. */
const strict = (whole: object): unknown =>
  new Proxy(whole, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key)
      if (value === undefined) throw new TypeError(`no ${String(key)}`)
      return typeof value === 'object' && value !== null && !Array.isArray(value)
        ? strict(value)
        : value
    },
  })

/** A day ends with it by the plane's clocks, an instant is itself. */
export const isOver = (until: string | undefined, { now, wall }: Call): boolean => {
  if (until === undefined) return false
  return until.length === '2027-06-30'.length ? wall.date > until : now >= Date.parse(until)
}

/** Hours that go past midnight belong to the day on which they begin. */
export const isWithin = ({ days, from, to }: Hours, { wall }: Call): boolean => {
  const isOn = (day: string) => days?.includes(day) !== false
  if (from < to) return isOn(wall.day) && from <= wall.time && wall.time < to
  return (isOn(wall.day) && from <= wall.time) || (isOn(wall.dayBefore) && wall.time < to)
}
