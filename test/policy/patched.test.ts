import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Policy } from '#change/change.ts'
import { planeId } from '#domain/name.ts'
import { type Compiled, snapshotOf } from '#policy/compile.ts'
import { type Moved, patchPlane } from '#policy/patch.ts'
import { createSnapshots } from '#policy/snapshots.ts'
import { allOf, capabilitiesOf, compiledOf, plane, policyOf, type Small, whoOf } from './small.ts'

// Beside patch.test.ts, which does the same with whatever comes: each thing that may move, by itself.

const read = { class: 'read' } as const
const write = { class: 'write' } as const
const reads = { agent: 'line', allow: [read] }
const deny = (over: object) => ({ over: [over], deny: true as const })
const bound = (over: object, minute: number) => ({
  over: [over],
  per: 'agent' as const,
  allow: { minute },
})

const before: Small = {
  servers: { mes: { tools: { read, write } }, other: { tools: { read } } },
  apis: { tickets: { operations: { list: read } } },
  groups: { lines: { agents: ['line'] } },
  grants: { a: reads, z: { group: 'lines', allow: [write] } },
  rules: { never: deny({ server: 'nowhere' }) },
  quotas: { some: bound({ server: 'nowhere' }, 1) },
}

const movedOf = (...moved: readonly string[]): Moved[] =>
  moved.map((one) => {
    const [topic = '', kind = '', ...name] = one.split('/')
    return { plane, topic: topic as Moved['topic'], kind, name: name.join('/') }
  })

/** What has been asked of the registry, by the way. */
const patch = (compiled: Compiled, after: Small, ...moved: readonly string[]) => {
  const asked: (string | undefined)[] = []
  const patched = patchPlane(compiled, {
    policy: policyOf(after),
    revision: 3,
    moved: movedOf(...moved),
    capabilities: (item) => {
      asked.push(item)
      return capabilitiesOf(after).filter(({ server }) => item === undefined || server === item)
    },
  })
  return { patched, asked }
}

/** What the caller meets: each thing that it may call, by which grant, counted by what; or why not. */
const meets = (compiled: Compiled): string[] => {
  const view = snapshotOf(compiled).caller(whoOf())
  return ['mes/read', 'mes/write', 'other/read', 'tickets/list'].map((one) => {
    const [server = '', name = ''] = one.split('/')
    const kind = server === 'tickets' ? 'operation' : 'tool'
    const decision = view?.decide({ server, kind, name, args: {} }, 0)
    if (!decision) return 'nobody'
    if (!decision.permitted) return decision.refusal.reason
    const counted = decision.quotas.map(({ name, minute }) => `${name} ${minute}`)
    return [decision.permission.grant, ...counted].join(' ')
  })
}
const stood = ['a', 'z', 'a', 'a']

/** Patched, it is as if it were compiled anew, and only what is named was looked at. */
const moves = (after: Small, expected: string[], ...moved: readonly string[]) => {
  const compiled = compiledOf(before)
  assert.deepEqual(meets(compiled), stood)
  const { patched, asked } = patch(compiled, after, ...moved)
  assert.deepEqual(meets(patched), expected)
  assert.deepEqual(meets(compiledOf(after)), expected)
  assert.deepEqual(meets(compiled), stood)
  assert.equal(patched.revision, 3)
  return { compiled, patched, asked }
}

describe('A plane that is brought to what moved', () => {
  test('follows grants that come, change, go, and go to another holder', () => {
    const grants = (more: Small['grants']): Small => ({ ...before, grants: more ?? {} })
    moves(
      grants({ ...before.grants, b: { ...reads, allow: [write] } }),
      ['a', 'b', 'a', 'a'],
      'document/Grant/b',
    )
    moves(grants({ ...before.grants, A: reads }), ['A', 'z', 'A', 'A'], 'document/Grant/A')
    moves(
      grants({ ...before.grants, a: { ...reads, allow: [{ server: 'mes' }] } }),
      ['a', 'a', 'unknown', 'unknown'],
      'document/Grant/a',
    )
    moves(
      grants({ z: before.grants?.z ?? {} }),
      ['unknown', 'z', 'unknown', 'unknown'],
      'document/Grant/a',
    )
    moves(
      grants({ a: reads, z: { agent: 'head', allow: [write] } }),
      ['a', 'unknown', 'a', 'a'],
      'document/Grant/z',
    )
    const { compiled, patched } = moves(
      grants({ b: reads, c: reads, z: before.grants?.z ?? {} }),
      ['b', 'z', 'b', 'b'],
      'document/Grant/a',
      'document/Grant/b',
      'document/Grant/c',
      'document/Grant/none',
    )
    assert.deepEqual(
      [...patched.grants].map(([holder, list]) => [holder, ...list.map(({ name }) => name)]),
      [
        ['+lines@floor', 'z'],
        ['line@floor', 'b', 'c'],
      ],
    )
    assert.equal(patched.grants.get('+lines@floor'), compiled.grants.get('+lines@floor'))
    const gone = patch(compiled, grants({ z: before.grants?.z ?? {} }), 'document/Grant/a').patched
    assert.deepEqual([...gone.grants.keys()], ['+lines@floor'])
    assert.deepEqual(gone.grants.get('line@floor'), undefined)
    const twice = patch(
      gone,
      grants({ y: reads, b: reads, z: before.grants?.z ?? {} }),
      'document/Grant/y',
      'document/Grant/b',
    )
    assert.deepEqual(snapshotOf(twice.patched).caller(whoOf())?.grants, ['b', 'y', 'z'])
  })

  test('follows groups', () => {
    moves(
      { ...before, groups: { lines: { agents: [] } } },
      ['a', 'unknown', 'a', 'a'],
      'document/AgentGroup/lines',
    )
    moves({ ...before, groups: {} }, ['a', 'unknown', 'a', 'a'], 'document/AgentGroup/lines')
    const more = { ...before, groups: { lines: { agents: ['line'] }, more: { agents: ['line'] } } }
    const { patched } = moves(more, stood, 'document/AgentGroup/more')
    assert.deepEqual(patched.groups.get('line'), ['lines', 'more'])
    const { patched: same, compiled } = moves(before, stood, 'document/Grant/a')
    assert.equal(same.groups, compiled.groups)
  })

  test('follows rules and quotas, over the items that they are and were over', () => {
    const rules = (never: object | undefined): Small => ({
      ...before,
      rules: never ? { never } : {},
    })
    moves(rules(deny({ server: 'mes' })), ['rule', 'rule', 'a', 'a'], 'document/Rule/never')
    moves(rules(deny({ api: 'tickets' })), ['a', 'z', 'a', 'rule'], 'document/Rule/never')
    moves(rules(deny(read)), ['rule', 'z', 'rule', 'rule'], 'document/Rule/never')
    const quotas = (some: object | undefined): Small => ({
      ...before,
      quotas: some ? { some } : {},
    })
    const once = 'some 5'
    moves(
      quotas(bound({ server: 'mes' }, 5)),
      [`a ${once}`, `z ${once}`, 'a', 'a'],
      'document/Quota/some',
    )
    moves(
      quotas(bound(read, 5)),
      [`a ${once}`, 'z', `a ${once}`, `a ${once}`],
      'document/Quota/some',
    )
    for (const over of [{ server: 'mes' }, read]) {
      const ruled = compiledOf(rules(deny(over)))
      assert.deepEqual(meets(patch(ruled, rules(undefined), 'document/Rule/never').patched), stood)
      const moved = rules(deny({ server: 'other' }))
      assert.deepEqual(meets(patch(ruled, moved, 'document/Rule/never').patched), [
        'a',
        'z',
        'rule',
        'a',
      ])
      const counted = compiledOf(quotas(bound(over, 5)))
      assert.deepEqual(
        meets(patch(counted, quotas(undefined), 'document/Quota/some').patched),
        stood,
      )
    }
  })

  test('makes anew what is touched, and nothing else', () => {
    const same = (after: Small, ...moved: readonly string[]) => {
      const compiled = compiledOf(before)
      const { patched, asked } = patch(compiled, after, ...moved)
      const kept = ['mes', 'other', 'tickets'].filter(
        (item) => patched.items.get(item) === compiled.items.get(item),
      )
      return [
        ...kept,
        asked.length,
        patched.rules === compiled.rules,
        patched.quotas === compiled.quotas,
      ]
    }
    assert.deepEqual(same(before, 'document/Grant/a'), ['mes', 'other', 'tickets', 0, true, true])
    assert.deepEqual(same(before, 'document/Agent/mes'), ['mes', 'other', 'tickets', 0, true, true])
    assert.deepEqual(same(before, 'secret/Server/mes'), ['mes', 'other', 'tickets', 0, true, true])
    assert.deepEqual(same(before, 'document/Server/mes'), ['other', 'tickets', 1, true, true])
    assert.deepEqual(same(before, 'document/API/tickets'), ['mes', 'other', 1, true, true])
    assert.deepEqual(same(before, 'capability//other'), ['mes', 'tickets', 1, true, true])
    assert.deepEqual(same(before, 'suspension/server/mes'), ['other', 'tickets', 0, true, true])
    assert.deepEqual(same(before, 'suspension/agent/mes'), [
      'mes',
      'other',
      'tickets',
      0,
      true,
      true,
    ])
    assert.deepEqual(same(before, 'suspension/capability/other/tool/read'), [
      'mes',
      'tickets',
      0,
      true,
      true,
    ])
    const rules = { never: deny({ server: 'mes' }) }
    assert.deepEqual(same({ ...before, rules }, 'document/Rule/never'), [
      'other',
      'tickets',
      0,
      false,
      true,
    ])
    const quotas = { some: bound({ server: 'mes' }, 1) }
    assert.deepEqual(same({ ...before, quotas }, 'document/Quota/some'), [
      'other',
      'tickets',
      0,
      true,
      false,
    ])
    const compiled = compiledOf(before)
    assert.equal(patch(compiled, before, 'document/Grant/a').patched.items, compiled.items)
    assert.equal(patch(compiled, before, 'document/Rule/never').patched.grants, compiled.grants)
  })

  test('follows what a server is, offers, and that it comes and goes', () => {
    const servers = (mes: object | undefined): Small => ({
      ...before,
      servers: { ...(mes && { mes }), other: { tools: { read } } },
    })
    moves(servers({ tools: { read: write, write } }), ['z', 'z', 'a', 'a'], 'document/Server/mes')
    moves(
      servers({ tools: { read, write }, lifeCycle: 'draft' }),
      ['unknown', 'unknown', 'a', 'a'],
      'document/Server/mes',
    )
    moves(servers(undefined), ['unknown', 'unknown', 'a', 'a'], 'document/Server/mes')
    const back = patch(compiledOf(servers(undefined)), before, 'document/Server/mes')
    assert.deepEqual(meets(back.patched), stood)
    assert.deepEqual(back.asked, ['mes'])
    const held: Small = { ...before, offered: { 'mes/tool/read': { state: 'held' } } }
    moves(held, ['held', 'z', 'a', 'a'], 'capability//mes')
    const api: Small = { ...before, apis: { tickets: { operations: { list: write } } } }
    moves(api, ['a', 'z', 'a', 'z'], 'document/API/tickets')
    const suspended: Small = { ...before, suspended: ['server/mes', 'capability/other/tool/read'] }
    moves(
      suspended,
      ['suspended', 'suspended', 'suspended', 'a'],
      'suspension/server/mes',
      'suspension/capability/other/tool/read',
    )
    // What is over a server that comes is over it at once.
    const ruled: Small = { ...before, rules: { never: deny({ server: 'new' }) } }
    const later: Small = { ...ruled, servers: { ...before.servers, new: { tools: { read } } } }
    const { patched } = patch(compiledOf(ruled), later, 'document/Server/new')
    const decision = snapshotOf(patched)
      .caller(whoOf())
      ?.decide({ server: 'new', kind: 'tool', name: 'read', args: {} }, 0)
    assert.equal(decision?.permitted === false && decision.refusal.reason, 'rule')
  })

  test('is compiled whole in another time zone', () => {
    const ending: Small = { ...before, grants: { a: { ...reads, until: '2026-11-27' } } }
    const { patched, asked } = patch(
      compiledOf(ending),
      { ...ending, of: { timeZone: 'Europe/Istanbul' } },
      'document/Plane/ops',
    )
    assert.deepEqual(asked, [undefined])
    assert.equal(patched.plane, plane)
    assert.equal(patched.timeZone, 'Europe/Istanbul')
    assert.equal(patched.revision, 3)
    const ends = snapshotOf(patched).caller(whoOf())?.endsAfter(0) ?? 0
    assert.equal(new Date(ends).toISOString(), '2026-11-27T21:00:00.000Z')
  })

  test('what the plane demands of tokens is over every item', () => {
    const after: Small = { ...before, of: { require: { binding: 'dpop' } } }
    const { patched } = patch(compiledOf(before), after, 'document/Plane/ops')
    const decide = (binding: 'dpop' | undefined) => {
      const view = snapshotOf(patched).caller(whoOf({ issuedAt: 0, binding }))
      const use = { server: 'mes', kind: 'tool', name: 'read', args: {} } as const
      const decision = view?.decide(use, 0)
      return decision?.permitted === false ? decision.refusal.reason : decision?.permitted
    }
    assert.deepEqual([decide(undefined), decide('dpop')], ['token', true])
  })
})

describe('The planes of an installation', () => {
  const stands = (small: Small, revision = 2) => {
    const asked: string[] = []
    const snapshots = createSnapshots(
      () => allOf(small, revision),
      (_, item) => {
        asked.push(item ?? 'all')
        return capabilitiesOf(small).filter(({ server }) => item === undefined || server === item)
      },
    )
    return { snapshots, asked }
  }
  const meets = (of: ReturnType<typeof stands>['snapshots']) =>
    of.of(plane).caller(whoOf())?.decide({ server: 'mes', kind: 'tool', name: 'read', args: {} }, 0)
      .permitted
  const nothing: Policy = { ...allOf({}), revision: 9, planes: new Map() }
  const none: Small = { ...before, grants: {} }

  test('permit nobody anything where they are not known', () => {
    const { snapshots } = stands(before)
    assert.equal(meets(snapshots), undefined)
    assert.equal(snapshots.of(plane).revision, 0)
    snapshots.recompile(planeId('nowhere'))
    assert.equal(snapshots.of(planeId('nowhere')).caller(whoOf()), undefined)
    snapshots.recompile(plane)
    assert.equal(meets(snapshots), true)
    assert.equal(snapshots.of(plane).revision, 2)
  })

  test('come, are patched and go with what moved', () => {
    const { snapshots, asked } = stands(before)
    const moved = movedOf('document/Grant/a')
    snapshots.patch(allOf(before, 3), moved)
    assert.equal(meets(snapshots), true)
    assert.deepEqual(asked, ['all'])
    snapshots.patch(allOf(none, 4), moved)
    assert.equal(meets(snapshots), false)
    assert.equal(snapshots.of(plane).revision, 4)
    assert.deepEqual(asked, ['all'])
    snapshots.patch(allOf(before, 5), movedOf('document/Server/mes', 'document/Grant/a'))
    assert.equal(meets(snapshots), true)
    assert.deepEqual(asked, ['all', 'mes'])
    const elsewhere = movedOf('document/Grant/a').map((one) => ({ ...one, plane: planeId('fin') }))
    snapshots.patch(allOf(none, 6), elsewhere)
    assert.equal(snapshots.of(plane).revision, 5)
    snapshots.patch(nothing, moved)
    assert.equal(meets(snapshots), undefined)
    snapshots.patch(nothing, moved)
    assert.equal(meets(snapshots), undefined)
  })

  test('are proposed beside what stands, which stays', () => {
    const { snapshots } = stands(before)
    snapshots.recompile(plane)
    const proposed = {
      before: allOf(before),
      after: allOf(none, 7),
      documents: [{ plane, kind: 'Grant' as const, name: 'a' }],
    }
    const proposal = snapshots.propose(plane, proposed, { calm: true })
    assert.equal(proposal?.snapshot.revision, 7)
    assert.deepEqual(proposal?.snapshot.caller(whoOf())?.grants, [])
    assert.deepEqual(proposal?.snapshot.caller(whoOf())?.servers(0), [])
    assert.equal(meets(snapshots), true)
    assert.equal(snapshots.propose(planeId('fin'), proposed, { calm: true }), undefined)
  })
})
