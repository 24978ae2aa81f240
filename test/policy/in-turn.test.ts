import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { CapabilityKind } from '#domain/capability.ts'
import type { Permitted } from '#policy/policy.ts'
import { type Small, viewOf } from './small.ts'

const read = { class: 'read' } as const
const allow = { agent: 'line', allow: [read] }
const quota = { day: 5 }
const servers: Small['servers'] = { mes: { tools: { read } } }

/** Which grants permit a call, one after the other, each when those before it are used up. */
const turnsOf = (
  small: Small,
  { kind = 'tool', name = 'read', args = {}, now = 0 }: Partial<Asked> = {},
): Permitted[] => {
  const decision = viewOf(small).decide({ server: 'mes', kind, name, args }, now)
  const turns: Permitted[] = []
  let next: Permitted | undefined = decision.permitted ? decision : undefined
  while (next) {
    turns.push(next)
    next = next.otherwise?.()
  }
  return turns
}
interface Asked {
  readonly kind: CapabilityKind
  readonly name: string
  readonly args: Record<string, unknown>
  readonly now: number
}
const names = (turns: readonly Permitted[]) => turns.map(({ permission }) => permission.grant)
const counts = (turns: readonly Permitted[]) =>
  turns.map(({ quotas }) => quotas.map(({ name }) => name))

describe('Of grants that permit the same call', () => {
  test('one without a quota goes first and alone, whatever the names', () => {
    const turns = turnsOf({
      servers,
      grants: { a: { ...allow, quota }, b: { ...allow, quota }, z: allow },
    })
    assert.deepEqual(names(turns), ['z'])
    assert.deepEqual(
      [turns[0]?.own, turns[0]?.otherwise, counts(turns)],
      [undefined, undefined, [[]]],
    )
  })

  test('those with one follow each other by name, each counted by its own and by what counts for all', () => {
    const quotas: NonNullable<Small['quotas']> = {
      shared: { over: [read], per: 'agent', allow: { minute: 9 } },
    }
    const turns = turnsOf({
      servers,
      quotas,
      grants: {
        c: { ...allow, quota },
        a: { ...allow, quota: { day: 1 } },
        b: { ...allow, quota },
      },
    })
    assert.deepEqual(names(turns), ['a', 'b', 'c'])
    assert.deepEqual(
      turns.map(({ own }) => [own?.name, own?.key, own?.day]),
      [
        ['grant/a', 'ops/grant/a/line', 1],
        ['grant/b', 'ops/grant/b/line', 5],
        ['grant/c', 'ops/grant/c/line', 5],
      ],
    )
    assert.deepEqual(counts(turns), [
      ['shared', 'grant/a'],
      ['shared', 'grant/b'],
      ['shared', 'grant/c'],
    ])
    assert.equal(turns.at(-1)?.otherwise, undefined)
  })

  test('one that has ended, does not select it or whose condition does not hold is passed over', () => {
    const grants: Small['grants'] = {
      a: { ...allow, quota },
      b: { ...allow, quota, until: '1970-01-02' },
      c: { ...allow, quota, when: 'args.line == "3"' },
      d: { ...allow, quota, when: 'caller.agent == "other"' },
      e: { ...allow, quota, allow: [{ class: 'write' }] },
      f: { ...allow, quota, when: 'args.line > 3' },
      g: { ...allow, quota },
    }
    const three = { args: { line: '3' } }
    assert.deepEqual(names(turnsOf({ servers, grants }, three)), ['a', 'b', 'c', 'g'])
    assert.deepEqual(names(turnsOf({ servers, grants })), ['a', 'b', 'g'])
    const later = { ...three, now: Date.UTC(1970, 0, 3) }
    assert.deepEqual(names(turnsOf({ servers, grants }, later)), ['a', 'c', 'g'])
  })

  test('none is asked before it is its turn', () => {
    const grants = { a: { ...allow, quota }, b: { ...allow, quota, until: '1970-01-02' } }
    const [end] = [Date.UTC(1970, 0, 3)]
    const [first] = turnsOf({ servers, grants })
    assert.equal(typeof first?.otherwise, 'function')
    const [last] = turnsOf({ servers, grants }, { now: end })
    assert.equal(last?.permission.grant, 'a')
    assert.equal(last?.otherwise?.(), undefined)
  })
})

describe('Of templates that are completed by the same URI', () => {
  const [wide, narrow] = ['mes://{+rest}', 'mes://{line}/state']
  const resources = { [wide]: read, [narrow]: read }
  const over = (name: string) => ({ agent: 'line', allow: [{ resources: [name] }] })
  const asked = { kind: 'template', name: 'mes://3/state' } as const
  const turns = (grants: NonNullable<Small['grants']>) =>
    names(turnsOf({ servers: { mes: { resources } }, grants }, asked))

  test('what no quota bounds goes first and alone', () => {
    assert.deepEqual(turns({ a: { ...over(wide), quota }, z: over(narrow) }), ['z'])
    assert.deepEqual(turns({ a: { ...over(narrow), quota }, z: over(wide) }), ['z'])
  })

  test('a URI is suspended with each of them, also with the last', () => {
    const exact = 'mes://3/state'
    const stopped = (template: string) => {
      const decision = viewOf({
        servers: { mes: { resources: { ...resources, [exact]: read } } },
        rules: { fine: { over: [{ resources: [wide, narrow] }], require: 'true' } },
        grants: { a: { agent: 'line', allow: [read] } },
        suspended: [`capability/mes/template/${template}`],
      }).decide({ server: 'mes', kind: 'resource', name: exact, args: undefined }, 0)
      return decision.permitted ? 'permitted' : decision.refusal.reason
    }
    assert.deepEqual([stopped(wide), stopped(narrow)], ['suspended', 'suspended'])
  })

  test('what is bounded follows, template by template, and one that permits nothing is none', () => {
    const [a, b, c] = [over(wide), over(narrow), over(narrow)].map((one) => ({ ...one, quota }))
    assert(a && b && c)
    assert.deepEqual(turns({ a }), ['a'])
    assert.deepEqual(turns({ a, b }), ['a', 'b'])
    assert.deepEqual(turns({ a: b, b: a, c }), ['b', 'a', 'c'])
    assert.deepEqual(turns({}), [])
  })
})
