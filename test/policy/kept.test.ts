import assert from 'node:assert/strict'
import { describe, mock, test } from 'node:test'
import { RE2JS } from '@bufbuild/re2'
import type { GrantDocument } from '#domain/documents.ts'
import { clientId } from '#domain/name.ts'
import { snapshotOf } from '#policy/compile.ts'
import { matchPattern } from '#policy/condition/patterns.ts'
import { conditionOf } from '#policy/conditions.ts'
import { type ClientGrants, createCores } from '#policy/core.ts'
import { compileGrant } from '#policy/grant.ts'
import { compiledOf, plane, policyOf, type Small, viewOf, whoOf } from './small.ts'

const read = { class: 'read' } as const
const small: Small = {
  servers: { mes: { tools: { a: { ...read, scopes: ['s.a'] }, b: read, c: read } } },
  grants: { g: { agent: 'line', allow: [read] }, h: { agent: 'line', allow: [read] } },
}
const documents = [...policyOf(small).grants.values()]
const about = (agent: string, more: Partial<ClientGrants> = {}): ClientGrants => ({
  client: clientId(agent, 'floor'),
  agent,
  documents: [documents],
  timeZone: 'UTC',
  ...more,
})

describe('What was worked out for a client', () => {
  test('is kept for as long as its documents and the time zone are the same', () => {
    const cores = createCores(plane, 100)
    const [one, lists] = [about('line'), [documents]]
    const core = cores.of({ ...one, documents: lists })
    assert.equal(cores.of({ ...one, documents: [...lists] }), core)
    assert.notEqual(cores.of({ ...one, timeZone: 'Europe/Berlin' }), core)
    const again = cores.of({ ...one, documents: [documents, documents] })
    assert.notEqual(again, core)
    const half = cores.of({ ...one, documents: [documents, [...documents]] })
    assert.notEqual(half, again)
    const longer = cores.of({ ...one, documents: [documents, [...documents], []] })
    assert.notEqual(longer, half)
  })

  test('is given up in the order that clients came, when there are too many grants and reaches', () => {
    const names = ['a', 'b', 'c']
    const stand = (most: number, ...asked: readonly string[]) => {
      const cores = createCores(plane, most)
      const first = new Map(names.map((name) => [name, cores.of(about(name))]))
      for (const name of asked) {
        const [served] = [...compiledOf(small).items.values()]
        for (const one of served?.shelf.list('tool') ?? [])
          if (served) first.get(name)?.reach(served, one)
      }
      return names.filter((name) => cores.of(about(name)) === first.get(name))
    }
    // Each is two grants, and one for itself; three more with a reach of each of three tools.
    assert.deepEqual(stand(9), names)
    assert.deepEqual(stand(8), [])
    assert.deepEqual(stand(12, 'c'), names)
    assert.deepEqual(stand(12, 'a'), names)
    assert.deepEqual(stand(11, 'c').includes('a'), false)
  })

  test('has a single client whatever it takes', () => {
    const cores = createCores(plane, 1)
    const core = cores.of(about('line'))
    assert.equal(cores.of(about('line')), core)
    assert.notEqual(cores.of(about('head')), core)
    assert.notEqual(cores.of(about('line')), core)
  })

  test('is a reach that is the same until the server is another', () => {
    const core = createCores(plane, 100).of(about('line'))
    const [before, after] = [compiledOf(small), compiledOf(small)].map((one) =>
      one.items.get('mes'),
    )
    const [tool] = before?.shelf.list('tool') ?? []
    assert.ok(before && after && tool)
    const reach = core.reach(before, tool)
    assert.equal(core.reach(before, tool), reach)
    assert.deepEqual(
      reach.grants.map(({ name }) => name),
      ['g', 'h'],
    )
    assert.notEqual(core.reach(after, tool), reach)
  })

  test('has the grants of all its lists in order of name, each with its own count', () => {
    const [g, h] = documents as [GrantDocument, GrantDocument]
    const core = createCores(plane, 100).of(
      about('line', { documents: [[h], [{ ...g, quota: { minute: 5 } }]] }),
    )
    assert.deepEqual(
      core.grants.map(({ name }) => name),
      ['g', 'h'],
    )
    assert.deepEqual(
      core.grants.map((one) => core.quotaOf(one)),
      [
        {
          name: 'grant/g',
          key: 'ops/grant/g/line',
          second: undefined,
          minute: 5,
          day: undefined,
          timeZone: 'UTC',
        },
        undefined,
      ],
    )
    assert.deepEqual(createCores(plane, 100).of(about('line', { documents: [] })).grants, [])
  })
})

describe('The scopes of a client', () => {
  const until = '1970-01-01T00:00:01Z'
  const ending: Small = {
    servers: {
      mes: {
        tools: { a: { ...read, scopes: ['s.a', 's.b'] }, b: { class: 'write', scopes: ['s.w'] } },
      },
      other: { tools: { a: { ...read, scopes: ['s.o'] } } },
      bare: { tools: { a: read } },
    },
    grants: {
      g: { agent: 'line', allow: [{ server: 'mes', class: 'read' }], until },
      h: { agent: 'line', allow: [{ server: 'other' }] },
    },
  }
  const scopes = (...at: readonly number[]) => {
    const { items, cores } = compiledOf(ending)
    const documents = [[...policyOf(ending).grants.values()]]
    const core = cores.of(about('line', { documents }))
    return at.map((now) => core.scopes(items, now))
  }
  const told = (...at: readonly number[]) => scopes(...at).map((one) => [...one].join(' '))

  test('are those of what its grants select, until they end, and again at an instant before', () => {
    assert.deepEqual(told(0, 999, 1000, 999, 2000), [
      's.a s.b s.o',
      's.a s.b s.o',
      's.o',
      's.a s.b s.o',
      's.o',
    ])
  })

  test('are worked out once for as long as no grant ends', () => {
    const [first, second, third, fourth] = scopes(5, 5, 900, 1000)
    assert.equal(second, first)
    assert.equal(third, first)
    assert.notEqual(fourth, first)
    const [late, early] = scopes(5, 4)
    assert.notEqual(early, late)
  })

  test('are others where the servers are', () => {
    const [one, two] = [
      compiledOf(ending),
      compiledOf({ ...ending, servers: { mes: { tools: {} } } }),
    ]
    const core = one.cores.of(about('line', { documents: [[...policyOf(ending).grants.values()]] }))
    assert.equal([...core.scopes(one.items, 0)].length, 3)
    assert.equal([...core.scopes(two.items, 0)].length, 0)
    assert.equal([...core.scopes(one.items, 0)].length, 3)
  })
})

describe('What is compiled', () => {
  test('is compiled once for a document and a time zone', () => {
    const [document] = documents as [GrantDocument]
    const grant = compileGrant(document, 'UTC')
    assert.equal(compileGrant(document, 'UTC'), grant)
    assert.notEqual(compileGrant(document, 'Europe/Berlin'), grant)
    assert.notEqual(compileGrant({ ...document }, 'UTC'), grant)
    const ends = (timeZone: string, until: string) =>
      new Date(compileGrant({ ...document, until }, timeZone).endsAt).toISOString()
    for (let n = 0; n < 2; n++) {
      assert.equal(ends('UTC', '2026-11-27'), '2026-11-28T00:00:00.000Z')
      assert.equal(ends('Europe/Istanbul', '2026-11-27'), '2026-11-27T21:00:00.000Z')
    }
    const day = Date.UTC(2000, 0, 1)
    for (let n = 0; n < 10_001; n++)
      ends('UTC', new Date(day + n * 86_400_000).toISOString().slice(0, 10))
    assert.equal(ends('UTC', '2026-11-27'), '2026-11-28T00:00:00.000Z')
  })

  test('is one condition for all that say the same, of the ten thousand last ones', () => {
    const first = conditionOf('args.first == 1')
    assert.equal(conditionOf('args.first == 1'), first)
    assert.equal(first.source, 'args.first == 1')
    for (let n = 0; n < 10_000; n++) conditionOf(`${n} == 1`)
    assert.notEqual(conditionOf('args.first == 1'), first)
  })

  test('errs where it cannot be read, and so permits nothing', () => {
    const odd = conditionOf('odd(')
    assert.equal(odd.source, 'odd(')
    assert.deepEqual([...odd.speaksOf], [])
    assert.match(JSON.stringify(odd.holds({} as never)), /^\{"error":".+"\}$/)
    const grants = { g: { agent: 'line', allow: [read], when: 'odd(' } }
    assert.deepEqual(viewOf({ ...small, grants }).list('mes', 'tool', 0), [])
  })

  test('is a pattern that is compiled when it is first tried, and again when 500 others were', () => {
    const compile = mock.method(RE2JS, 'compile')
    const compiled = (pattern: string, text = 'ab') => {
      const before = compile.mock.callCount()
      matchPattern(text, pattern, () => {})
      return compile.mock.callCount() - before
    }
    assert.deepEqual([compiled('^a'), compiled('^a'), compiled('^b')], [1, 0, 1])
    for (let n = 0; n < 498; n++) compiled(`^x${n}`)
    assert.equal(compiled('^b'), 0)
    compiled('^c')
    assert.equal(compiled('^b'), 0)
    assert.equal(compiled('^a'), 1)
    // One that has been tried on much is compiled anew.
    assert.deepEqual(
      [compiled('^d', 'a'.repeat(16_384)), compiled('^d', 'a'), compiled('^d')],
      [1, 0, 1],
    )
    compile.mock.restore()
  })
})

describe('A plane that is compiled', () => {
  test('answers at the revision it was compiled at, and in the time zone that it says', () => {
    assert.equal(snapshotOf(compiledOf(small, 9)).revision, 9)
    const zoned: Small = {
      ...small,
      of: { timeZone: 'Europe/Istanbul' },
      grants: { g: { agent: 'line', allow: [read], until: '2026-11-27' } },
    }
    const ends = snapshotOf(compiledOf(zoned)).caller(whoOf())?.endsAfter(0) ?? 0
    assert.equal(new Date(ends).toISOString(), '2026-11-27T21:00:00.000Z')
  })
})
