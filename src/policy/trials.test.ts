import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { PlanePolicy, Policy, Proposed } from '#change/change.ts'
import type { PolicyTestDocument } from '#domain/documents.ts'
import { apiVersion } from '#domain/fields.ts'
import { planeId } from '#domain/name.ts'
import { Fault } from '#lib/fault.ts'
import { sortedMap } from '#lib/sorted-map.ts'
import { compilePlane, snapshotOf } from './compile.ts'
import type { Proposal } from './proposal.ts'
import { type ByWhich, createTrials, type Draft } from './trials.ts'

const ops = planeId('ops')
const policyTest: PolicyTestDocument = {
  ...{ apiVersion, kind: 'PolicyTest', plane: ops, name: 'nobody-drops', says: 'nobody drops' },
  ...{ over: [{ server: 'mes' }], expect: 'denied' },
}
const none = sortedMap<never>()
const plane: PlanePolicy = {
  plane: { apiVersion, kind: 'Plane', name: ops },
  policyTests: sortedMap([[policyTest.name, policyTest]]),
  ...{ servers: none, apis: none, consumers: none, agents: none, agentGroups: none, teams: none },
  ...{ grants: none, rules: none, quotas: none, issuers: none, roleBindings: none },
  ...{ credentials: none, sets: none, revisions: none, suspensions: none },
}
/** Told apart by their revision. */
const policyOf = (revision: number): Policy => ({
  revision,
  planes: new Map([[ops, plane]]),
})
const [before, now, then, drafted] = [policyOf(6), policyOf(8), policyOf(7), policyOf(9)]
const proposedOf = (after: Policy): Proposed => ({ before, after, documents: [] })

const snapshot = snapshotOf(
  compilePlane({ plane: ops, policy: plane, capabilities: [], revision: 8 }),
)
const found = (policy: Policy): Proposal => ({
  ...{ plane: ops, snapshot },
  policy: { ...plane, revisions: sortedMap([['Plane/ops', policy.revision]]) },
})

/** What is asked of the policy, and what of it, in their order. */
const start = () => {
  const asked: unknown[] = []
  const trials = createTrials({
    change: {
      current: () => now,
      at: async (revision) => {
        asked.push({ revision })
        return proposedOf(then)
      },
      draft: async (draft) => {
        asked.push(draft)
        return proposedOf(drafted)
      },
    },
    snapshots: {
      of: (name) => {
        asked.push({ standing: name })
        return snapshot
      },
      propose: (name, proposed, about) => {
        asked.push({ ...proposed, ...about })
        return name === 'ops' ? found(proposed.after) : undefined
      },
    },
    offers: () => [],
    runners: new Set(['local']),
    now: () => 0,
    breather: () => async () => {},
  })
  return { asked, trials }
}
const draft: Draft = { files: [{ name: 'a.yaml', text: '' }], set: 'desk', permit: () => {} }
const isUnknown = (detail: string) => (error: unknown) =>
  error instanceof Fault && error.code === 'unknown_name' && error.detail === detail

describe('What is tried', () => {
  test('is the policy that stands, for which nothing is made', async () => {
    const { trials, asked } = start()
    assert.equal((await trials.propose(ops)).snapshot, snapshot)
    assert.deepEqual(asked, [{ standing: 'ops' }])
  })

  const rows: readonly (readonly [string, ByWhich, readonly unknown[], Policy])[] = [
    [
      'one that stood at a revision: nothing is suspended in it',
      { revision: 7 },
      [{ revision: 7 }, { ...proposedOf(then), calm: true }],
      then,
    ],
    [
      'the one before all others',
      { revision: 0 },
      [{ revision: 0 }, { ...proposedOf(then), calm: true }],
      then,
    ],
    [
      'one with documents, as `apply` takes them, without removing any',
      { draft },
      [
        { ...draft, prune: false, runners: new Set(['local']) },
        { ...proposedOf(drafted), calm: false },
      ],
      drafted,
    ],
    [
      'one with documents, as if nothing were suspended',
      { draft, calm: true },
      [
        { ...draft, prune: false, runners: new Set(['local']) },
        { ...proposedOf(drafted), calm: true },
      ],
      drafted,
    ],
    [
      'the one that stands, as if nothing were suspended',
      { calm: true },
      [{ before: now, after: now, documents: [], calm: true }],
      now,
    ],
  ]
  for (const [what, by, asks, policy] of rows)
    test(`is ${what}`, async () => {
      const { trials, asked } = start()
      const proposal = await trials.propose(ops, by)
      assert.deepEqual(asked, asks)
      assert.equal(proposal.policy.revisions.get('Plane/ops'), policy.revision)
    })

  test('is nothing where there is no such plane, now or then', async () => {
    const { trials, asked } = start()
    const other = planeId('other')
    await assert.rejects(trials.propose(other), isUnknown('There is no plane other.'))
    assert.deepEqual(asked, [])
    const past = trials.propose(other, { revision: 7 })
    await assert.rejects(past, isUnknown('There is no plane other at revision 7.'))
    await assert.rejects(trials.propose(other, { draft }), isUnknown('There is no plane other.'))
  })

  test('is each PolicyTest of the plane', async () => {
    const { trials } = start()
    const results = await trials.test(await trials.propose(ops))
    assert.deepEqual(
      results.map(({ name, says }) => [name, says]),
      [[policyTest.name, policyTest.says]],
    )
  })

  test('is tried one after the other, whatever became of the one before', async () => {
    const { trials } = start()
    const said: string[] = []
    const first = Promise.withResolvers<string>()
    const [one, two] = [
      trials.alone(() => {
        said.push('one')
        return first.promise
      }),
      trials.alone(async () => {
        said.push('two')
        return 'done'
      }),
    ]
    await new Promise(setImmediate)
    assert.deepEqual(said, ['one'])
    first.reject(new Error('it failed'))
    await assert.rejects(one, /it failed/)
    assert.equal(await two, 'done')
    assert.deepEqual(said, ['one', 'two'])
  })
})
