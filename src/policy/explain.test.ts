import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { PlanePolicy } from '#change/change.ts'
import type { Capability } from '#domain/capability.ts'
import { apiVersion } from '#domain/fields.ts'
import { clientId, planeId, serverName } from '#domain/name.ts'
import { type SuspensionKind, suspensionKey } from '#domain/suspension.ts'
import { sortedMap } from '#lib/sorted-map.ts'
import { compilePlane, snapshotOf } from './compile.ts'
import { explain, type Tried } from './explain.ts'

const plane = planeId('ops')
const head = { apiVersion, plane } as const
const read = { class: 'read' } as const

const capability = (kind: Capability['kind'], name: string, isClassified = true): Capability => ({
  server: serverName('mes'),
  kind,
  name,
  fingerprint: '',
  definition: {},
  state: 'pinned',
  ...(isClassified && { classification: read }),
})

const about = (
  capabilities: Capability[],
  suspended: readonly (readonly [SuspensionKind, string])[] = [],
) => {
  const policy: PlanePolicy = {
    plane: { apiVersion, kind: 'Plane', name: plane },
    servers: sortedMap([
      ['mes', { ...head, kind: 'Server', name: 'mes', owner: 'o', upstream: { runner: 'mes' } }],
    ]),
    consumers: sortedMap([['floor', { ...head, kind: 'Consumer', name: 'floor' }]]),
    agents: sortedMap([
      ['line', { ...head, kind: 'Agent', name: 'line', owner: 'o', consumers: ['floor'] }],
    ]),
    grants: sortedMap([
      [
        'reads',
        {
          ...head,
          kind: 'Grant',
          name: 'reads',
          agent: 'line',
          consumer: 'floor',
          allow: [{ class: 'read' }],
          reason: 'a test',
        },
      ],
    ]),
    quotas: sortedMap(),
    teams: sortedMap(),
    roleBindings: sortedMap(),
    credentials: sortedMap(),
    apis: sortedMap(),
    agentGroups: sortedMap(),
    rules: sortedMap(),
    issuers: sortedMap(),
    policyTests: sortedMap(),
    sets: sortedMap(),
    revisions: sortedMap(),
    suspensions: sortedMap(
      suspended.map(([kind, name]) => [
        suspensionKey(kind, name),
        { kind, name, at: 1, by: 'deniz', reason: 'a loop', revision: 2 },
      ]),
    ),
  }
  const snapshot = snapshotOf(compilePlane({ plane, policy, capabilities, revision: 2 }))
  return { policy, snapshot }
}
const question = (kind: Tried['kind'], name: string): Tried => ({
  client: clientId('line', 'floor'),
  server: 'mes',
  kind,
  name,
  args: undefined,
  now: 0,
})

describe('An explanation', () => {
  test('of what nobody has classified names a command for each class, which a shell takes as it stands', () => {
    const commandsFor = (kind: Tried['kind'], name: string, asked = name) =>
      explain(about([capability(kind, name, false)]), question(kind, asked)).wouldChange?.split(
        '\n',
      )
    assert.deepEqual(commandsFor('tool', 'halt'), [
      'bailiwick server classify ops/mes halt read',
      'bailiwick server classify ops/mes halt write',
      'bailiwick server classify ops/mes halt destructive',
    ])
    assert.equal(
      commandsFor('prompt', "it's; rm -rf $HOME")?.[0],
      `bailiwick server classify ops/mes 'it'\\''s; rm -rf $HOME' read --kind prompt`,
    )
    assert.equal(
      commandsFor('template', 'mes://{line}/state')?.[1],
      "bailiwick server classify ops/mes 'mes://{line}/state' write --kind template",
    )
  })

  test('of a URI that a template makes is about the template', () => {
    const capabilities = [capability('template', 'mes://{line}/state', false)]
    const { because, wouldChange } = explain(
      about(capabilities),
      question('resource', 'mes://4/state'),
    )
    assert.equal(because, 'unclassified')
    assert.match(wouldChange ?? '', /'mes:\/\/\{line\}\/state' read --kind template$/m)
  })

  test('of a suspension says of what, by whom and why, and how it is let go on', () => {
    const tell = (kind: SuspensionKind, name: string, user?: string) => {
      const { decision, because, wouldChange } = explain(
        about([capability('tool', 'halt')], [[kind, name]]),
        { ...question('tool', 'halt'), user },
      )
      return [decision, because, wouldChange]
    }
    assert.deepEqual(tell('agent', 'line'), [
      'denied',
      'agent line suspended by deniz: a loop',
      'bailiwick agent resume line --plane ops',
    ])
    assert.deepEqual(tell('capability', 'mes/tool/halt'), [
      'denied',
      'capability mes/tool/halt suspended by deniz: a loop',
      'bailiwick server unblock ops/mes halt',
    ])
    assert.deepEqual(tell('user', 'alice', 'alice'), [
      'denied',
      'user alice suspended by deniz: a loop',
      'bailiwick user resume alice --plane ops',
    ])
    assert.deepEqual(tell('user', 'alice', 'bob').slice(0, 2), ['permitted', 'grant reads'])
    assert.deepEqual(tell('user', 'alice').slice(0, 2), ['permitted', 'grant reads'])
    assert.deepEqual(tell('agent', 'another').slice(0, 2), ['permitted', 'grant reads'])
  })

  test('a suspended template is not led around by a wider one, and stays refused for a completion', () => {
    const narrow = capability('template', 'mes://4/{what}')
    const wide = capability('template', 'mes://{+path}')
    const { snapshot } = about([narrow, wide], [['capability', `mes/template/${narrow.name}`]])
    const view = snapshot.caller({
      client: clientId('line', 'floor'),
      user: undefined,
      scopes: undefined,
      issuedAt: undefined,
      run: () => '',
    })
    const reasonOf = (uri: string) => {
      const decision = view?.decide(question('resource', uri), 0)
      return decision?.permitted ? decision.capability.name : decision?.refusal.reason
    }
    assert.equal(reasonOf('mes://4/state'), 'suspended')
    assert.equal(reasonOf('mes://3/state'), wide.name)
  })
})
