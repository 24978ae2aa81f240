import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Recorder } from '#policy/policy.ts'
import { explained, type Small, viewOf } from './small.ts'

const read = { class: 'read' } as const
const servers: Small['servers'] = { mes: { tools: { read } } }
const allow = { agent: 'line', allow: [read] }
const grants: Small['grants'] = { reads: allow }
const over = { over: [read] }
const three = { line: '3' }

const rules: NonNullable<Small['rules']> = {
  a: { ...over, require: 'args.line == "3"' },
  b: { ...over, require: 'args.line == "4"' },
  c: { ...over, deny: true },
  d: { ...over, deny: true, when: 'args.line > 3' },
  e: { ...over, require: 'args.line > 3' },
  f: { ...over, deny: true, when: 'args.line == "4"' },
  g: { ...over, consumers: ['floor'] },
  h: { ...over, consumers: ['office'] },
}
const only = (...names: string[]): Small => ({
  servers,
  grants,
  rules: Object.fromEntries(names.flatMap((name) => (rules[name] ? [[name, rules[name]]] : []))),
})

const refusedBy = (small: Small, args: Record<string, unknown> | undefined) => {
  const decision = viewOf(small).decide({ server: 'mes', kind: 'tool', name: 'read', args }, 0)
  if (decision.permitted || decision.refusal.reason !== 'rule') return decision.permitted
  const { rule, because, error, station } = decision.refusal
  return { rule, because, station, fails: error !== undefined }
}
const refusal = (rule: string, because: string, fails = false) => ({
  ...{ rule, because, fails },
  station: 'permit',
})

describe('A rule that refuses', () => {
  test('says which it is, why, and whether its condition could not be worked out', () => {
    const rows = [
      ['b', 'not fulfilled', false],
      ['c', 'nobody may', false],
      ['d', 'its condition fails', true],
      ['e', 'its condition fails', true],
      ['h', 'not for this consumer', false],
    ] as const
    for (const [name, because, fails] of rows)
      assert.deepEqual(refusedBy(only(name), three), refusal(name, because, fails))
    for (const name of ['a', 'f', 'g']) assert.equal(refusedBy(only(name), three), true, name)
  })

  test('is the first by name, of what kind ever; one that is open only where no other denies', () => {
    assert.deepEqual(refusedBy(only('b', 'c', 'h'), three), refusal('b', 'not fulfilled'))
    assert.deepEqual(refusedBy(only('a', 'c', 'h'), three), refusal('c', 'nobody may'))
    assert.deepEqual(refusedBy(only('a', 'b', 'c'), undefined), refusal('c', 'nobody may'))
    const open = refusedBy(only('a', 'b'), undefined)
    assert.deepEqual(open, refusal('a', 'its condition fails'))
  })

  test('is heard with all the others, each as it stands', () => {
    const heard: [string, unknown, unknown][] = []
    const recorder: Recorder = {
      grant: () => {},
      rule: (name, verdict, because) =>
        void heard.push([name, typeof verdict === 'object' ? 'error' : verdict, because]),
    }
    viewOf({ servers, grants, rules }).decide(
      { server: 'mes', kind: 'tool', name: 'read', args: three },
      0,
      recorder,
    )
    assert.deepEqual(heard.slice(0, 8), [
      ['a', 'holds', undefined],
      ['b', 'untrue', 'not fulfilled'],
      ['c', 'untrue', 'nobody may'],
      ['d', 'error', 'its condition fails'],
      ['e', 'error', 'its condition fails'],
      ['f', 'not about it', undefined],
      ['g', 'holds', undefined],
      ['h', 'untrue', 'not for this consumer'],
    ])
  })

  test('is told with its error, also where a condition of a grant is in the way before it', () => {
    const conditional = { ...grants, reads: { ...grants.reads, when: 'args.line == "4"' } }
    const told = (name: string) =>
      explained({ ...only(name), grants: conditional }, { kind: 'tool', name: 'read', args: three })
        .because
    assert.match(told('d'), /rule d: its condition fails: ./)
    assert.equal(told('c'), 'rule c: nobody may')
  })
})

describe('Of grants none of which permits', () => {
  const refusalOf = (small: Small, args: Record<string, unknown> = {}, name = 'read') => {
    const decision = viewOf(small).decide({ server: 'mes', kind: 'tool', name, args }, 0)
    return decision.permitted ? undefined : decision.refusal
  }

  test('all are named in order of name, and the first in turn whose condition cannot be worked out', () => {
    const when = 'args.line > 3'
    const several: NonNullable<Small['grants']> = {
      a: { ...allow, quota: { day: 5 }, when },
      m: { ...allow, when: 'args.line == "4"' },
      y: { ...allow, when },
      z: { ...allow, when },
    }
    const refusal = refusalOf({ servers, grants: several }, { line: '3' })
    assert(refusal?.reason === 'condition')
    assert.deepEqual(
      [refusal.station, refusal.grants, refusal.failed?.grant],
      ['permit', ['a', 'm', 'y', 'z'], 'y'],
    )
    assert.match(refusal.failed?.error ?? '', /./)
    const { m } = several
    assert(m)
    const untrue = refusalOf({ servers, grants: { m } }, { line: '3' })
    assert(untrue?.reason === 'condition')
    assert.equal(untrue.failed, undefined)
  })

  test('the station says where it ended', () => {
    const stations = [
      refusalOf({ servers }),
      refusalOf({ servers, grants }, {}, 'nothing'),
      refusalOf({ servers, grants, suspended: ['agent/line'] }),
      refusalOf({ servers, grants, suspended: ['server/mes'] }),
    ].map((one) => [one?.reason, one?.station])
    assert.deepEqual(stations, [
      ['unknown', 'permit'],
      ['unknown', 'permit'],
      ['suspended', 'permit'],
      ['suspended', 'permit'],
    ])
  })
})

describe('An explanation', () => {
  test('tells every argument that does not fit, each with its place', () => {
    const inputSchema = {
      type: 'object',
      properties: { a: { type: 'string' }, b: { type: 'string' } },
      required: ['c'],
    }
    const small: Small = {
      ...{ servers, grants },
      offered: { 'mes/tool/read': { definition: { inputSchema } } },
    }
    const told = (args: object) => explained(small, { kind: 'tool', name: 'read', args }).because
    assert.match(
      told({ a: 1, b: 2, c: 3 }),
      /^arguments do not fit the definition: \S*a .+, \S*b ./,
    )
    assert.equal(told({}), 'arguments do not fit the definition: /c is required')
  })

  test('says of a grant behind another that bounds itself when it is used', () => {
    const quota = { day: 5 }
    const bounded = { agent: 'line', allow: [read], quota }
    const small: Small = { servers, grants: { a: bounded, b: bounded } }
    const { because, considered } = explained(small, { kind: 'tool', name: 'read', args: {} })
    assert.equal(because, 'grant a')
    assert.deepEqual(
      considered.map(({ grant, verdict }) => [grant, verdict]),
      [
        ['a', 'permits it'],
        ['b', 'permits it when grant/a is used up'],
      ],
    )
  })
})
