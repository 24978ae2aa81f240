// Runs on both stores.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import type { Entry } from '#domain/entry.ts'
import type { PlaneId } from '#domain/name.ts'
import { readAsk, type WrittenAsk } from '#ledger/ask.ts'
import { bodyOf } from '#ledger/body.ts'
import type { CallRecord } from '#ledger/ledger.ts'
import { type CallsSought, countCalls, searchCalls } from '#ledger/search.ts'
import { Fault } from '#lib/fault.ts'
import { silentLog } from '#lib/log.ts'
import { openStore } from '#store/open.ts'
import type { Store } from '#store/store.ts'
import { type PostgresServer, startPostgres } from '../peers/postgres.ts'
import { createTestClock } from '../store/clock.ts'
import { callAt, intentOf, noon, outcomeOf, refusedOf } from '../store/entries.ts'

/** One step of what happens to a ledger. */
type Happening = {
  do: 'intend' | 'conclude' | 'refuse' | 'count' | 'fold'
  pick: number
  agent: string
  user: string | undefined
  tool: (typeof tools)[number]
  /** Undefined: the entry was made before the argument was indexed. */
  line: string | null | true | undefined
  lateMs: number
}

const tools = ['read_line', 'read_shift', 'mes://line{line}/state'] as const
const happening: fc.Arbitrary<Happening> = fc.record({
  do: fc.constantFrom('intend', 'intend', 'conclude', 'conclude', 'refuse', 'count', 'fold'),
  pick: fc.nat(1000),
  agent: fc.constantFrom('a', 'b'),
  user: fc.constantFrom(undefined, 'alice'),
  tool: fc.constantFrom(...tools),
  line: fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom('3', '4', null, true as const) },
    { weight: 1, arbitrary: fc.constant(undefined) },
  ),
  lateMs: fc.constantFrom(0, 0, 0, 700, -500_000),
})

const entriesOf = (happenings: readonly Happening[], plane: PlaneId): Entry[] => {
  const open: Entry[] = []
  return happenings.flatMap((one, n): Entry[] => {
    const { do: what, pick, agent, user, tool, line, lateMs } = one
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
interface Naive {
  /** By its position, and what became of it. */
  found: (readonly [number, string | undefined])[]
  count: number
  unnamed: number
  /** The newest entry that does not say; what is older is not asked for any more. */
  unsaid: number | undefined
}
const naive = (entries: readonly Entry[], asked: Asked): Naive => {
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

interface Asked {
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
  fc.tuple(fc.constant('capability'), fc.constantFrom(...tools.map((tool) => `mes/${tool}`))),
  fc.tuple(fc.constant('kind'), fc.constantFrom('tool', 'resource')),
  { weight: 3, arbitrary: fc.tuple(fc.constant('arg.line'), fc.constantFrom('3', '4')) },
)
const conditions = (maxLength: number) =>
  fc
    .uniqueArray(condition, { maxLength, selector: ([field]) => field })
    .map((all): Record<string, string> => Object.fromEntries(all))
const asking: fc.Arbitrary<Asked> = fc
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

const written = ({ since, until, results, equal, unequal }: Asked): WrittenAsk => ({
  ...(since > 0 && { since: new Date(since).toISOString() }),
  ...(until < 2 ** 42 && { until: new Date(until).toISOString() }),
  result: results.map((one) => one.replaceAll(' ', '-')),
  where: [
    ...Object.entries(equal).map(([field, value]) => `${field}=${value}`),
    ...Object.entries(unequal).map(([field, value]) => `${field}!=${value}`),
  ],
})

/** What the registry knows in these tests: one tool takes no line. */
const takes = ({ name, template }: CallRecord, argument: string): boolean =>
  argument === 'line' && (template ?? name) !== 'read_shift'

describe('Calls that a question selects', () => {
  let server: PostgresServer | undefined
  let store: Store
  let planes = 0
  before(async () => {
    server = process.env.TEST_STORE === 'postgres' ? await startPostgres() : undefined
    const where = server
      ? { folder: 'none', url: await server.createDatabase() }
      : { folder: 'memory' }
    const clock = createTestClock()
    store = await openStore({ ...where, appendDeadlineMs: 5000, clock, log: silentLog })
  })
  after(async () => {
    await store.close()
    await server?.stop()
  })

  const filled = async (happenings: readonly Happening[]) => {
    const plane = `p${planes++}` as PlaneId
    const entries = entriesOf(happenings, plane)
    const file = store.plane(plane).ledger
    await Promise.all(
      entries.map((entry) =>
        file.append({
          type: entry.type,
          at: entry.at,
          call: 'call' in entry ? entry.call : '',
          body: bodyOf(entry),
        }),
      ),
    )
    return { plane, entries, file }
  }

  test('are what reading everything finds, whatever the page and however much is looked at in one go', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(happening, { maxLength: 60 }),
        fc.array(asking, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 9 }),
        fc.record({
          positions: fc.integer({ min: 1, max: 80 }),
          atOnce: fc.integer({ min: 1, max: 9 }),
        }),
        async (happenings, questions, most, bounds) => {
          const { plane, entries, file } = await filled(happenings)
          for (const asked of questions) {
            const wanted = naive(entries, asked)
            const sought: CallsSought = {
              plane,
              filter: readAsk(written(asked), noon),
              sees: ({ agent }) =>
                asked.agentOfReader === undefined || agent === asked.agentOfReader,
              takes,
            }
            const told: Naive = { found: [], count: 0, unnamed: 0, unsaid: undefined }
            const listed: Naive = { ...told, found: [] }
            const refused = (into: Naive) => (thrown: unknown) => {
              assert(thrown instanceof Fault && thrown.code === 'not_indexed', String(thrown))
              into.unsaid = Number(/#(\d+)/.exec(thrown.detail ?? '')?.[1])
              return undefined
            }
            for (let from: number | undefined, on = true; on; on = from !== undefined) {
              const page = await searchCalls(file, { ...sought, most, before: from }, bounds).catch(
                refused(listed),
              )
              listed.found.push(
                ...(page?.records.map((one) => [one.position, one.outcome?.status] as const) ?? []),
              )
              listed.unnamed += page?.unnamed ?? 0
              from = page?.next
            }
            for (let from: number | undefined, on = true; on; on = from !== undefined) {
              const part = await countCalls(file, { ...sought, before: from }, bounds).catch(
                refused(told),
              )
              told.count += part?.count ?? 0
              told.unnamed += part?.unnamed ?? 0
              from = part?.next
            }
            assert.equal(listed.unsaid, wanted.unsaid)
            assert.equal(told.unsaid, wanted.unsaid)
            if (wanted.unsaid !== undefined) continue
            assert.deepEqual(listed.found, wanted.found)
            assert.equal(listed.unnamed, wanted.unnamed)
            assert.deepEqual([told.count, told.unnamed], [wanted.count, wanted.unnamed])
          }
        },
      ),
      { numRuns: server ? 60 : 300 },
    )
  })
})
