import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { PlanePolicy } from '#change/change.ts'
import type { Capability } from '#domain/capability.ts'
import type { GrantDocument, ServerDocument } from '#domain/documents.ts'
import { clientId, serverName } from '#domain/name.ts'
import { sortedMap } from '#lib/sorted-map.ts'
import { type CellEdit, regrant } from './regrant.ts'

const head = { apiVersion: 'bailiwick/v1', plane: 'ops' } as const
const tool = (name: string, more: Partial<Capability> = {}): Capability => ({
  ...{ server: serverName('bank'), kind: 'tool', name, fingerprint: '', definition: {} },
  ...{ state: 'pinned', classification: { class: 'read' } },
  ...more,
})
const capabilities = [
  tool('balance'),
  tool('list'),
  tool('transfer', { classification: { class: 'write' } }),
  tool('unseen', { classification: undefined as never }),
]
const grant = (name: string, more: Partial<GrantDocument>): GrantDocument => ({
  ...{ ...head, kind: 'Grant', name, agent: 'planner', consumer: 'office', reason: 'a test' },
  allow: [{ server: 'bank', class: 'read' }],
  ...more,
})
const about = { capabilities, now: 0, reason: 'why', until: undefined, revision: 7 }

const planeOf = (grants: GrantDocument[], sets: readonly (readonly [string, string])[] = []) =>
  ({
    plane: { ...head, kind: 'Plane', name: 'ops' },
    servers: sortedMap([['bank', { ...head, kind: 'Server', name: 'bank' } as ServerDocument]]),
    apis: sortedMap([]),
    agents: sortedMap([['planner', { consumers: ['office'] }]]),
    agentGroups: sortedMap([['all', { agents: ['planner'] }]]),
    grants: sortedMap(grants.map((one) => [one.name, one])),
    sets: sortedMap(sets),
  }) as unknown as PlanePolicy

const cell = (name: string, allow: boolean): CellEdit => ({
  ...{ client: clientId('planner', 'office'), server: 'bank', kind: 'tool', name, allow },
})
const made = (grants: GrantDocument[], ...cells: CellEdit[]) =>
  regrant(planeOf(grants), cells, about)

describe('Cells made into grants', () => {
  test('what is allowed is one new grant that names it, called after its agent and revision', () => {
    const { changes } = made([], cell('transfer', true), cell('balance', true))
    assert.equal(changes.length, 1)
    assert.equal(changes[0]?.name, 'planner-r7')
    assert.deepEqual(changes[0]?.after.allow, [{ server: 'bank', tools: ['balance', 'transfer'] }])
  })

  test('the name of a grant that stands is not taken', () => {
    const { changes } = made([grant('planner-r7', {})], cell('transfer', true))
    assert.equal(changes[0]?.name, 'planner-r7-2')
  })

  test('what is taken away leaves a grant by class with the names of what is left', () => {
    const { changes } = made([grant('wide', {})], cell('balance', false))
    assert.deepEqual(changes[0]?.after.allow, [{ server: 'bank', tools: ['list'] }])
    assert.equal(changes[0]?.isFrozen, true)
  })

  test('a name is taken out of a list, and what the server does not offer now stays in it', () => {
    const allow = [{ server: 'bank', tools: ['balance', 'gone-today'] }]
    const { changes } = made([grant('named', { allow })], cell('balance', false))
    assert.deepEqual(changes[0]?.after.allow, [{ server: 'bank', tools: ['gone-today'] }])
    assert.equal(changes[0]?.isFrozen, false)
  })

  test('a grant of which nothing is left ends now, and says still what it permitted', () => {
    const allow = [{ server: 'bank', tools: ['list'] }]
    const { changes } = made([grant('one', { allow })], cell('list', false))
    assert.equal(changes[0]?.op, 'end')
    assert.deepEqual(changes[0]?.after.allow, allow)
    assert.equal(changes[0]?.after.until, '1970-01-01T00:00:00.000Z')
  })

  test('a grant that has ended, or is of another consumer, is let be', () => {
    const grants = [grant('old', { until: '1969-01-01' }), grant('other', { consumer: 'shop' })]
    assert.deepEqual(made(grants, cell('balance', false)).changes, [])
  })

  test('what files manage, or a group has, is told and not changed', () => {
    const ofGroup = grant('shared', { group: 'all' })
    delete ofGroup.agent
    const policy = planeOf([grant('filed', {}), ofGroup], [['Grant/filed', 'team']])
    const { changes, cannot } = regrant(policy, [cell('balance', false)], about)
    assert.deepEqual(changes, [])
    assert.match(cannot[0]?.because ?? '', /Grant filed .* the set team/)
    assert.match(cannot[1]?.because ?? '', /Grant shared .* the whole group all/)
  })

  test('what nobody has classified, and what is not there, is told', () => {
    const { changes, cannot } = made([], cell('unseen', true), cell('nothing', true))
    assert.deepEqual(changes, [])
    assert.deepEqual(
      cannot.map(({ name }) => name),
      ['unseen', 'nothing'],
    )
  })
})
