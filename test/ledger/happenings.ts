import fc from 'fast-check'
import type { Entry } from '#domain/entry.ts'
import type { PlaneId } from '#domain/name.ts'
import type { WrittenAsk } from '#ledger/ask.ts'
import type { CallRecord } from '#ledger/ledger.ts'
import { callAt, intentOf, noon, outcomeOf, refusedOf } from '../store/entries.ts'

/** One step of what happens to a ledger. */
export type Happening = {
  do: 'intend' | 'conclude' | 'refuse' | 'count' | 'fold'
  pick: number
  agent: string
  user: string | undefined
  apiKey: string | undefined
  tool: (typeof tools)[number]
  /** Undefined: the entry was made before the argument was indexed. */
  line: string | null | true | undefined
  lateMs: number
}

const keys = ['1', '2'].map((n) => `key_${n.padStart(26, '0')}`)
const tools = ['read_line', 'read_shift', 'mes://line{line}/state'] as const
export const happening: fc.Arbitrary<Happening> = fc.record({
  do: fc.constantFrom('intend', 'intend', 'conclude', 'conclude', 'refuse', 'count', 'fold'),
  pick: fc.nat(1000),
  agent: fc.constantFrom('a', 'b'),
  user: fc.constantFrom(undefined, 'alice'),
  apiKey: fc.constantFrom(undefined, ...keys),
  tool: fc.constantFrom(...tools),
  line: fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom('3', '4', null, true as const) },
    { weight: 1, arbitrary: fc.constant(undefined) },
  ),
  lateMs: fc.constantFrom(0, 0, 0, 700, -500_000),
})

export const entriesOf = (happenings: readonly Happening[], plane: PlaneId): Entry[] => {
  const open: Entry[] = []
  return happenings.flatMap((one, n): Entry[] => {
    const { do: what, pick, agent, user, apiKey, tool, line, lateMs } = one
    const at = noon + n * 1000 - lateMs
    if (what === 'conclude') {
      const [begun] = open.splice(pick % (open.length + 1), 1)
      const status = pick % 3 === 0 ? 'tool error' : 'complete'
      return begun && 'call' in begun ? [outcomeOf(begun.call, { plane, at, status })] : []
    }
    const isUri = tool.includes('{')
    const about = {
      plane,
      at,
      agent,
      ...(user !== undefined && { user }),
      ...(apiKey !== undefined && { apiKey }),
      server: 'mes',
      kind: isUri ? ('resource' as const) : ('tool' as const),
      name: isUri ? `mes://line${typeof line === 'string' ? line : '9'}/state` : tool,
      ...(isUri && line !== undefined && { template: tool }),
      ...(tool !== 'read_shift' && line !== undefined && { 'arg.line': line }),
    }
    const reason = ['unknown', 'limited', 'held'][pick % 3] ?? ''
    const { call: _, revision: _r, argumentBytes: _b, ...equal } = refusedOf(callAt(n), about)
    const count = { type: 'call.refused.count', count: 2 + (pick % 7), from: at, to: at } as const
    switch (what) {
      case 'intend':
        open.push(intentOf(callAt(n), about))
        return open.slice(-1)
      case 'refuse':
        return [refusedOf(callAt(n), { ...about, reason })]
      case 'count':
        return [{ ...equal, ...count, reason }]
      default:
        return [{ ...folded, ...count, at, plane }]
    }
  })
}

const folded = {
  v: 1,
  agent: '',
  consumer: '',
  client: '' as never,
  method: '',
  server: '',
  kind: 'tool',
  name: '',
  station: '',
  reason: 'other',
  because: 'too many',
} as const

/** A second, naive reading of the same question: every entry, one after the other, nothing of the product. */
export interface Naive {
  /** By its position, and what became of it. */
  found: (readonly [number, string | undefined])[]
  count: number
  unnamed: number
  /** The newest entry that does not say; what is older is not asked for any more. */
  unsaid: number | undefined
}
export const naive = (entries: readonly Entry[], asked: Asked): Naive => {
  const told: Naive = { found: [], count: 0, unnamed: 0, unsaid: undefined }
  const conditions = [...Object.entries(asked.equal), ...Object.entries(asked.unequal)]
  for (const [index, entry] of [...entries.entries()].reverse()) {
    const one = entry as unknown as Record<string, string | number | null | true>
    if (!String(one.type).startsWith('call.') || one.type === 'call.outcome') continue
    if (asked.agentOfReader !== undefined && one.agent !== asked.agentOfReader) continue
    const at = Number(one.at)
    if (at < asked.since || at >= asked.until) continue
    const calls = Number(one.count ?? 1)
    const outcome = entries.find(
      (other) => other.type === 'call.outcome' && other.call === one.call,
    ) as { status: string } | undefined
    const reason = one.reason === 'limited' || one.reason === 'held' ? one.reason : 'denied'
    const results =
      one.type === 'call.intent' ? ['permitted', outcome?.status ?? 'under way'] : [reason]
    const isSelected = asked.results.length === 0 || asked.results.some((r) => results.includes(r))
    if (one.reason === 'other') {
      const onlyPermitted = asked.results.length > 0 && !asked.results.some(isRefusal)
      if (conditions.length === 0 && isSelected) {
        told.found.push([index + 1, undefined])
        told.count += calls
      } else if (!onlyPermitted) told.unnamed += calls
      continue
    }
    const isUri = String(one.name).includes('://')
    const capability = isUri ? 'mes://line{line}/state' : one.name
    const says = (field: string) => (field === 'capability' ? `mes/${capability}` : one[field])
    const others = conditions.filter(([field]) => field !== 'arg.line')
    const agrees = ([field, value]: [string, string]) =>
      field in asked.equal ? says(field) === value : says(field) !== value
    if (!isSelected || !others.every(agrees)) continue
    const isAbout = conditions.some(([field]) => field === 'arg.line')
    if (isAbout && !('arg.line' in one) && capability !== 'read_shift') {
      told.unsaid = index + 1
      return told
    }
    const line = conditions.filter(([field]) => field === 'arg.line')
    if (!line.every(agrees)) continue
    told.found.push([index + 1, outcome?.status])
    told.count += calls
  }
  return told
}
const isRefusal = (result: string) => ['denied', 'limited', 'held'].includes(result)

export interface Asked {
  since: number
  until: number
  results: string[]
  equal: Record<string, string>
  unequal: Record<string, string>
  agentOfReader: string | undefined
}
const condition = fc.oneof(
  fc.tuple(fc.constant('agent'), fc.constantFrom('a', 'b', 'c')),
  fc.tuple(fc.constant('user'), fc.constant('alice')),
  fc.tuple(fc.constant('apiKey'), fc.constantFrom(...keys)),
  fc.tuple(fc.constant('capability'), fc.constantFrom(...tools.map((tool) => `mes/${tool}`))),
  fc.tuple(fc.constant('kind'), fc.constantFrom('tool', 'resource')),
  { weight: 3, arbitrary: fc.tuple(fc.constant('arg.line'), fc.constantFrom('3', '4')) },
)
const conditions = (maxLength: number) =>
  fc
    .uniqueArray(condition, { maxLength, selector: ([field]) => field })
    .map((all): Record<string, string> => Object.fromEntries(all))
export const asking: fc.Arbitrary<Asked> = fc
  .record({
    since: fc.oneof(fc.constant(0), fc.integer({ min: noon - 2000, max: noon + 60_000 })),
    until: fc.oneof(fc.constant(2 ** 42), fc.integer({ min: noon + 1, max: noon + 60_000 })),
    results: fc.uniqueArray(
      fc.constantFrom(
        'denied',
        'limited',
        'held',
        'permitted',
        'complete',
        'tool error',
        'under way',
      ),
      { maxLength: 3 },
    ),
    equal: conditions(3),
    unequal: conditions(1),
    agentOfReader: fc.constantFrom(undefined, undefined, 'a'),
  })
  .filter(({ since, until, equal, unequal }) => {
    return since < until && Object.keys(equal).every((field) => !(field in unequal))
  })

export const written = ({ since, until, results, equal, unequal }: Asked): WrittenAsk => ({
  ...(since > 0 && { since: new Date(since).toISOString() }),
  ...(until < 2 ** 42 && { until: new Date(until).toISOString() }),
  result: results.map((one) => one.replaceAll(' ', '-')),
  where: [
    ...Object.entries(equal).map(([field, value]) => `${field}=${value}`),
    ...Object.entries(unequal).map(([field, value]) => `${field}!=${value}`),
  ],
})

/** What the registry knows in these tests: one tool takes no line. */
export const takes = ({ name, template }: CallRecord, argument: string): boolean =>
  argument === 'line' && (template ?? name) !== 'read_shift'

/** How many calls of those that were found have which value, in a second, naive way. */
export const naiveValues = (
  entries: readonly Entry[],
  found: Naive['found'],
  field: string,
): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const [position, status] of found) {
    const one = entries[position - 1] as unknown as Record<string, unknown>
    const reason = one.reason === 'limited' || one.reason === 'held' ? one.reason : 'denied'
    const result = one.type === 'call.intent' ? (status ?? 'under way') : reason
    const value =
      field === 'result'
        ? result
        : field === 'capability'
          ? one.name !== '' && `${one.server}/${one.template ?? one.name}`
          : one[field]
    if (typeof value !== 'string') continue
    counts[value] = (counts[value] ?? 0) + Number(one.count ?? 1)
  }
  return counts
}
