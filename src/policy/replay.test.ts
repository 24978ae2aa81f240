import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { PlanePolicy } from '#change/change.ts'
import type { Capability } from '#domain/capability.ts'
import type { GrantDocument } from '#domain/documents.ts'
import { apiVersion } from '#domain/fields.ts'
import { callId, clientId, planeId, serverName } from '#domain/name.ts'
import { sortedMap } from '#lib/sorted-map.ts'
import { compilePlane, snapshotOf } from './compile.ts'
import type { Proposal } from './proposal.ts'
import { createReplay, type Given, type Made } from './replay.ts'

const plane = planeId('ops')
const head = { apiVersion, plane } as const
const names = Array.from({ length: 230 }, (_, at) => `tool_${String(at).padStart(3, '0')}`)
const capabilities = names.map(
  (name): Capability => ({
    ...{ server: serverName('mes'), kind: 'tool', name, fingerprint: '', state: 'pinned' },
    definition: { inputSchema: { type: 'object' } },
    classification: { class: 'read' },
  }),
)

const grantOf = (about: Pick<GrantDocument, 'allow'> & { when?: string }): GrantDocument => ({
  ...{ ...head, kind: 'Grant', name: 'g', agent: 'line', consumer: 'floor', reason: 'a test' },
  ...about,
})
/** The same plane but for its one grant. */
const proposalWith = (...grants: GrantDocument[]): Proposal => {
  const none = sortedMap<never>()
  const policy: PlanePolicy = {
    plane: { apiVersion, kind: 'Plane', name: plane },
    servers: sortedMap([
      ['mes', { ...head, kind: 'Server', name: 'mes', owner: 'o', upstream: { runner: 'mes' } }],
    ]),
    consumers: sortedMap([['floor', { ...head, kind: 'Consumer', name: 'floor' }]]),
    agents: sortedMap([
      ['line', { ...head, kind: 'Agent', name: 'line', owner: 'o', consumers: ['floor'] }],
    ]),
    grants: sortedMap(grants.map((one) => [one.name, one])),
    ...{ quotas: none, teams: none, roleBindings: none, credentials: none, apis: none },
    ...{
      agentGroups: none,
      rules: none,
      policyTests: none,
      issuers: none,
      sets: none,
      revisions: none,
    },
    suspensions: none,
  }
  const snapshot = snapshotOf(compilePlane({ plane, policy, capabilities, revision: 1 }))
  return { plane, policy, snapshot }
}

let made = 0
const call = (about: Partial<Made> = {}): Made => ({
  ...{ client: clientId('line', 'floor'), user: undefined, server: 'mes', kind: 'tool' },
  ...{ name: 'tool_000', at: 0, count: 1, call: callId(`cal_${++made}`) },
  ...about,
})
const every = grantOf({ allow: [{ server: 'mes' }] })
const nobodyAsks = () => Promise.reject(new Error('nothing depends on arguments'))
const tell = (because: string) => `told: ${because}`

describe('A replay', () => {
  test('tells both sides of what is decided otherwise, and nothing of the rest', async () => {
    const replay = createReplay({ now: proposalWith(), draft: proposalWith(every), tell })
    await replay.add(call(), nobodyAsks)
    await replay.add(call({ count: 490, call: '' }), nobodyAsks)
    await replay.add(call({ name: 'nothing' }), nobodyAsks)
    await replay.add(call({ client: clientId('line', 'nobody') }), nobodyAsks)
    const { calls, newlyPermitted, newlyDenied, notKnown } = replay.answer()
    assert.equal(calls, 493)
    assert.deepEqual(newlyPermitted, {
      calls: 491,
      groups: [
        {
          ...{ client: 'line@floor', server: 'mes', kind: 'tool', name: 'tool_000', count: 491 },
          ...{ now: 'told: no grant', draft: 'told: grant g', calls: ['cal_1'] },
        },
      ],
      others: 0,
    })
    assert.deepEqual(newlyDenied, { calls: 0, groups: [], others: 0 })
    assert.deepEqual(notKnown, { 'not recorded': 0, 'not yours to read': 0 })
  })

  test('asks for arguments where either side depends on them, and counts what nobody can tell', async () => {
    const draft = proposalWith(grantOf({ allow: [{ server: 'mes' }], when: 'args.line == "3"' }))
    for (const [now, after] of [
      [proposalWith(every), draft],
      [draft, proposalWith(every)],
    ] as const) {
      const replay = createReplay({ now, draft: after, tell })
      const add = (given: Given, count = 1) => replay.add(call({ count }), async () => given)
      await add({ args: { line: '3' } })
      await add({ args: { line: '4' } })
      await add({ unknown: 'not recorded' }, 5)
      await add({ unknown: 'not yours to read' })
      const { calls, newlyPermitted, newlyDenied, notKnown } = replay.answer()
      assert.equal(calls, 8)
      const moved = now === draft ? newlyPermitted : newlyDenied
      const other = now === draft ? newlyDenied : newlyPermitted
      assert.deepEqual([moved.calls, other.calls], [1, 0])
      assert.deepEqual(notKnown, { 'not recorded': 5, 'not yours to read': 1 })
    }
  })

  test('tells the groups of the most calls, then by name, and how many more there are', async () => {
    const replay = createReplay({ now: proposalWith(every), draft: proposalWith(), tell })
    for (const name of names.toReversed()) await replay.add(call({ name }), nobodyAsks)
    for (let more = 0; more < 4; more++) await replay.add(call({ name: 'tool_229' }), nobodyAsks)
    const { calls, groups, others } = replay.answer().newlyDenied
    assert.deepEqual([calls, groups.length, others], [234, 200, 30])
    const first = groups.slice(0, 3).map(({ name, count, calls }) => [name, count, calls.length])
    assert.deepEqual(first, [
      ['tool_229', 5, 3],
      ['tool_000', 1, 1],
      ['tool_001', 1, 1],
    ])
  })
})
