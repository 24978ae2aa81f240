import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  type Binding,
  may,
  maySome,
  permissions,
  planeRoles,
  roleTable,
  stranger,
  type Verdict,
  widens,
} from './roles.ts'

const people = ['ayse', 'bob']
const binding = fc.record({
  plane: fc.constantFrom('ops', 'fin'),
  role: fc.constantFrom(...planeRoles),
  people: fc.subarray(people).map((names) => new Set(names)),
  over: fc.constantFrom<Binding['over']>(
    undefined,
    { owner: 'alpha' },
    { owner: 'beta' },
    { item: 'bank' },
  ),
  endsAt: fc.constantFrom(undefined, 0, 5, 10),
})
const item = fc.constantFrom(
  undefined,
  { owner: 'alpha', name: 'bank' },
  { owner: 'beta', name: 'bank' },
  { owner: 'beta', name: 'mail' },
  { owner: 'alpha', name: undefined },
  { owner: undefined, name: undefined },
)
const question = fc.record({
  person: fc.record({ name: fc.constantFrom(...people, 'eve'), administrator: fc.boolean() }),
  needs: fc.constantFrom(...permissions),
  plane: fc.constantFrom('ops', 'fin', 'other'),
  item,
  at: fc.integer({ min: -1, max: 11 }),
  bindings: fc.array(binding, { maxLength: 6 }),
})
type Question = typeof question extends fc.Arbitrary<infer T> ? T : never

/** Said again from the sentences of the roles, one case after the other. */
const naive = ({ person, needs, plane, item, at, bindings }: Question): Verdict => {
  if (person.administrator)
    return needs === 'arguments.read' || needs === 'persons.find' ? 'missing' : 'permitted'
  let any = false
  for (const one of bindings) {
    if (one.plane !== plane) continue
    if (![...one.people].includes(person.name)) continue
    if (one.endsAt !== undefined && one.endsAt <= at) continue
    any = true
    const row = roleTable[one.role]
    for (const given of row.inPlane) if (given === needs) return 'permitted'
    for (const given of row.over) {
      if (given !== needs) continue
      if (one.over === undefined) return 'permitted'
      if (item === undefined) continue
      if ('owner' in one.over && item.owner !== undefined && one.over.owner === item.owner)
        return 'permitted'
      if ('item' in one.over && item.name !== undefined && one.over.item === item.name)
        return 'permitted'
    }
  }
  return any ? 'missing' : 'hidden'
}

describe('What a person may do', () => {
  test('is what a second reading of the roles says', () => {
    fc.assert(
      fc.property(question, (asked) => {
        const { person, needs, plane, item, at, bindings } = asked
        assert.equal(may(person, needs, { plane, item, at }, bindings), naive(asked))
      }),
      { numRuns: 20_000 },
    )
  })

  test('to some of a plane is what they may do to the plane or to any item that a role is over', () => {
    fc.assert(
      fc.property(question, ({ person, needs, plane, at, bindings }) => {
        const items = [
          undefined,
          ...['alpha', 'beta'].flatMap((owner) =>
            ['bank', 'mail'].map((name) => ({ owner, name })),
          ),
        ]
        const each = items.map((one) => may(person, needs, { plane, item: one, at }, bindings))
        const some = maySome(person, needs, { plane, at }, bindings)
        assert.equal(some === 'permitted', each.includes('permitted'))
        assert.equal(some === 'hidden', each.includes('hidden'))
      }),
      { numRuns: 5000 },
    )
  })

  test('in one plane says nothing of another', () => {
    fc.assert(
      fc.property(question, ({ person, needs, plane, item, at, bindings }) => {
        const here = bindings.filter((one) => one.plane === plane)
        const about = { plane, item, at }
        assert.equal(may(person, needs, about, bindings), may(person, needs, about, here))
      }),
    )
  })

  test('without having signed in is nothing', () => {
    for (const needs of permissions)
      assert.equal(may(stranger, needs, { plane: 'ops', at: 0 }, []), 'hidden')
  })
})

describe('The table of roles', () => {
  const given = (role: (typeof planeRoles)[number]) =>
    new Set([...roleTable[role].inPlane, ...roleTable[role].over])

  test('lets an auditor, the privacy officer and a developer write nothing, erasing and finding apart', () => {
    for (const role of ['auditor', 'privacy', 'developer'] as const)
      for (const one of given(role))
        if (one !== 'payloads.erase' && one !== 'persons.find')
          assert.match(one, /\.(read|explain)$/, role)
  })

  test('lets nobody erase what is recorded but the privacy officer, and nobody who erases read it', () => {
    const erasing = planeRoles.filter((role) => given(role).has('payloads.erase'))
    assert.deepEqual(erasing, ['privacy'])
    for (const role of erasing) assert.ok(!given(role).has('arguments.read'))
  })

  const stopping = permissions.filter((one) => /\.(suspend|resume|revoke)$/.test(one))

  test('lets the SOC stop everything and let it go on, find persons, and do nothing else', () => {
    const writes = [...given('soc')].filter((one) => !/\.(read|explain)$/.test(one))
    assert.deepEqual(writes.toSorted(), [...stopping, 'persons.find'].toSorted())
  })

  test('lets an owner stop what is theirs, and not lift what another has stopped', () => {
    const may = stopping.filter((one) => given('owner').has(one))
    const all = [...['agents.suspend', 'servers.suspend', 'capabilities.suspend'], 'agents.revoke']
    assert.deepEqual(may.toSorted(), all.toSorted())
  })

  test('shows the arguments of calls to the SOC alone', () => {
    const who = planeRoles.filter((role) => given(role).has('arguments.read'))
    assert.deepEqual(who, ['soc'])
  })

  test('lets the SOC and the privacy officer find persons, and nobody else', () => {
    const who = planeRoles.filter((role) => given(role).has('persons.find'))
    assert.deepEqual(who, ['soc', 'privacy'])
  })

  test('gives nobody in a plane what belongs to the installation', () => {
    for (const role of planeRoles)
      for (const one of ['people.write', 'planes.write', 'revisions.restore'] as const)
        assert.equal(given(role).has(one), false, `${role} ${one}`)
  })
})

describe('Whom an organisation makes one of a team', () => {
  const ana = {
    ...{ name: 'login.example#ana', administrator: false },
    teams: new Map([['ops', ['alpha']]]),
  }
  const held: Binding = {
    ...{ plane: 'ops', role: 'soc', people: new Set(['bob']), team: 'alpha' },
    ...{ over: undefined, endsAt: undefined },
  }
  const verdict = (one: Binding) => may(ana, 'agents.suspend', { plane: one.plane, at: 0 }, [one])

  test('holds what the team holds in that plane, and nothing in another', () => {
    assert.equal(verdict(held), 'permitted')
    for (const other of [{ team: 'beta' }, { team: undefined }, { plane: 'fin' }, { endsAt: 0 }])
      assert.equal(verdict({ ...held, ...other }), 'hidden', JSON.stringify(other))
  })

  test('gives that team no role that they do not hold', () => {
    assert.equal(widens(ana, [], [held]), true)
    assert.equal(widens(ana, [held], [held]), false)
    assert.equal(widens(ana, [], [{ ...held, team: 'beta' }]), false)
  })
})

describe('Somebody widens their own rights', () => {
  const ayse = { name: 'ayse', administrator: false }
  const held = (about: Partial<Binding>): Binding => ({
    plane: 'ops',
    role: 'owner',
    people: new Set(['ayse']),
    over: { owner: 'alpha' },
    endsAt: 10,
    ...about,
  })

  test('by any role, plane, scope or time that they did not hold', () => {
    const before = [held({})]
    for (const more of [
      held({ role: 'soc' }),
      held({ plane: 'fin' }),
      held({ over: undefined }),
      held({ over: { owner: 'beta' } }),
      held({ over: { item: 'bank' } }),
      held({ endsAt: undefined }),
      held({ endsAt: 11 }),
    ])
      assert.equal(widens(ayse, before, [held({}), more]), true, JSON.stringify(more))
  })

  test('neither by less, nor by what others get, nor by what a plane admin has anyway', () => {
    assert.equal(widens(ayse, [held({})], [held({ endsAt: 5 })]), false)
    assert.equal(widens(ayse, [held({})], []), false)
    assert.equal(widens(ayse, [], [held({ people: new Set(['bob']) })]), false)
    const admin = held({ role: 'plane-admin', over: undefined, endsAt: undefined })
    assert.equal(widens(ayse, [admin], [admin, held({})]), false)
    assert.equal(widens(ayse, [admin], [admin, held({ role: 'soc' })]), true)
  })

  test('by a role that gives more of the plane, over the same items', () => {
    const admin = held({ role: 'plane-admin' })
    assert.equal(widens(ayse, [admin], [held({ role: 'privacy' })]), true)
    assert.equal(widens(ayse, [admin], [held({ role: 'developer' })]), false)
  })

  test('as an administrator only by what administrators do not have', () => {
    const root = { name: 'ayse', administrator: true }
    assert.equal(widens(root, [], [held({ over: undefined })]), false)
    assert.equal(widens(root, [], [held({ role: 'soc' })]), true)
  })

  test('never without coming to be permitted something', () => {
    const two = fc.tuple(fc.array(binding, { maxLength: 4 }), fc.array(binding, { maxLength: 4 }))
    fc.assert(
      fc.property(two, question, ([before, after], { needs, plane, item, at }) => {
        if (widens(ayse, before, after)) return
        const was = may(ayse, needs, { plane, item, at }, before)
        const is = may(ayse, needs, { plane, item, at }, after)
        assert.ok(is !== 'permitted' || was === 'permitted', `${needs}: ${was} to ${is}`)
      }),
      { numRuns: 20_000 },
    )
  })
})
