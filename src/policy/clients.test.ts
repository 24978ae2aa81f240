import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Policy } from '#change/change.ts'
import type { AgentDocument } from '#domain/documents.ts'
import { apiVersion } from '#domain/fields.ts'
import { clientId, planeId } from '#domain/name.ts'
import { suspensionKey } from '#domain/suspension.ts'
import { sortedMap } from '#lib/sorted-map.ts'
import { createClientView } from './clients.ts'

const [ops, fin, nowhere] = ['ops', 'fin', 'nowhere'].map(planeId) as [
  ReturnType<typeof planeId>,
  ReturnType<typeof planeId>,
  ReturnType<typeof planeId>,
]
const head = { apiVersion, plane: ops } as const
const agent = (name: string, consumers: string[], more: Partial<AgentDocument> = {}) =>
  [name, { ...head, kind: 'Agent' as const, name, owner: 'o', consumers, ...more }] as const
const suspended = { at: 1, by: 'deniz', reason: 'a loop', revision: 2 }
const policy = {
  revision: 7,
  planes: new Map([
    [
      ops,
      {
        plane: { apiVersion, kind: 'Plane', name: ops, tokenLifetime: '90s' },
        agents: sortedMap([
          agent('line', ['floor']),
          agent('head', ['floor', 'office']),
          agent('lost', ['gone']),
        ]),
        consumers: sortedMap(
          ['floor', 'office'].map((name) => [name, { ...head, kind: 'Consumer', name }] as const),
        ),
        suspensions: sortedMap(
          (['agent/line', 'user/head'] as const).map((key) => {
            const [kind, name] = key.split('/') as ['agent', string]
            return [suspensionKey(kind, name), { kind, name, ...suspended }] as const
          }),
        ),
      },
    ],
    [
      fin,
      {
        plane: { apiVersion, kind: 'Plane', name: fin },
        agents: sortedMap(),
        consumers: sortedMap(),
        suspensions: sortedMap(),
      },
    ],
  ]),
} as unknown as Policy
const view = createClientView('https://gw.example', () => policy)
const odd = 'odd' as ReturnType<typeof clientId>

describe('A client', () => {
  test('is an agent that acts for a consumer that there is', () => {
    const found = (plane: typeof ops, name: string, consumer: string) =>
      view.findClient(plane, clientId(name, consumer))?.name
    assert.equal(found(ops, 'line', 'floor'), 'line')
    assert.equal(found(ops, 'head', 'office'), 'head')
    assert.equal(found(ops, 'line', 'office'), undefined)
    assert.equal(found(ops, 'lost', 'gone'), undefined)
    assert.equal(found(ops, 'nobody', 'floor'), undefined)
    assert.equal(found(fin, 'line', 'floor'), undefined)
    assert.equal(found(nowhere, 'line', 'floor'), undefined)
    assert.equal(view.findClient(ops, odd), undefined)
  })

  test('may be written as the agent alone where that acts for one consumer', () => {
    assert.equal(view.resolveClient(ops, 'line'), 'line@floor')
    assert.equal(view.resolveClient(ops, 'head'), undefined)
    assert.equal(view.resolveClient(ops, 'nobody'), undefined)
    assert.equal(view.resolveClient(nowhere, 'line'), undefined)
    assert.equal(view.resolveClient(ops, 'head@office'), 'head@office')
    assert.equal(view.resolveClient(ops, 'line@office'), undefined)
  })

  test('is suspended with its agent, and by no suspension of a user', () => {
    assert.match(view.suspended(ops, clientId('line', 'floor')) ?? '', /agent line .*deniz.*a loop/)
    assert.equal(view.suspended(ops, clientId('head', 'floor')), undefined)
    assert.equal(view.suspended(fin, clientId('line', 'floor')), undefined)
    assert.equal(view.suspended(nowhere, clientId('line', 'floor')), undefined)
    assert.equal(view.suspended(ops, odd), undefined)
  })
})

describe('A person', () => {
  const people = {
    revision: 8,
    planes: new Map([
      [
        ops,
        {
          plane: {
            ...{ apiVersion, kind: 'Plane', name: ops },
            ...{ signIn: { clients: { register: true } }, apiKeys: { longest: '90d' } },
          },
          agents: sortedMap([
            agent('open', ['floor']),
            agent('soc', ['floor'], { signIn: { teams: ['soc', 'night', 'gone'] } }),
            agent('any', ['floor'], { signIn: { redirects: [] } }),
          ]),
          consumers: sortedMap([['floor', { ...head, kind: 'Consumer', name: 'floor' }]]),
          teams: sortedMap(
            ['soc', 'night'].map((name) => {
              const team = { ...head, kind: 'Team', name, people: name === 'soc' ? ['alice'] : [] }
              return [name, team] as const
            }),
          ),
          issuers: sortedMap([
            [
              'corp',
              {
                ...{ ...head, kind: 'Issuer', name: 'corp', issuer: 'https://id.corp.example' },
                signIn: { client: { id: 'bailiwick' }, teams: [], manager: true },
              },
            ],
          ]),
        },
      ],
      [
        fin,
        {
          plane: { apiVersion, kind: 'Plane', name: fin },
          ...{ agents: sortedMap(), consumers: sortedMap() },
        },
      ],
    ]),
  } as unknown as Policy
  const view = createClientView('https://gw.example', () => people)
  const may = (name: string, person: string, ...teams: string[]) =>
    view.maySignIn(ops, clientId(name, 'floor'), { name: person, teams })

  test('signs in for an agent that names no team', () => {
    assert.equal(may('open', 'anybody'), true)
    assert.equal(may('any', 'anybody'), true)
  })

  test('signs in for one that names teams where they are in one of them', () => {
    assert.equal(may('soc', 'alice'), true)
    assert.equal(may('soc', 'bob'), false)
    assert.equal(may('soc', 'bob', 'night'), true)
    assert.equal(may('soc', 'bob', 'day'), false)
    // What an organisation calls a team is one where there is a Team of that name.
    assert.equal(may('soc', 'bob', 'gone'), false)
  })

  test('signs in for no agent that there is not, or that does not act for that consumer', () => {
    const alice = { name: 'alice', teams: ['soc'] }
    assert.equal(may('nobody', 'alice', 'soc'), false)
    assert.equal(view.maySignIn(fin, clientId('soc', 'floor'), alice), false)
    assert.equal(view.maySignIn(nowhere, clientId('open', 'floor'), alice), false)
  })

  test('signs in as the plane says, and by the issuers that it trusts', () => {
    assert.deepEqual(view.signIn(ops), { clients: { register: true } })
    assert.equal(view.signIn(fin), undefined)
    assert.equal(view.signIn(nowhere), undefined)
    assert.equal(view.issuers(ops).get('corp')?.name, 'corp')
    assert.equal(view.issuers(fin).size, 0)
    assert.equal(view.issuers(nowhere).size, 0)
  })

  test('has API keys as long as the plane says, and none where it says nothing', () => {
    assert.equal(view.longestKeyMs(ops), 90 * 86_400_000)
    assert.equal(view.longestKeyMs(fin), undefined)
    assert.equal(view.longestKeyMs(nowhere), undefined)
  })

  test('signs in at the Manager by the issuers that say so', () => {
    const planes = new Map([...people.planes].filter(([name]) => name === ops))
    const manager = createClientView('https://gw.example', () => ({ ...people, planes }))
    assert.deepEqual(
      manager.atManager().map(({ issuer, planes }) => [issuer.name, planes]),
      [['corp', [ops]]],
    )
  })
})

describe('A plane', () => {
  test('is there, and says how long its tokens live', () => {
    assert.deepEqual([ops, fin, nowhere].map(view.hasPlane), [true, true, false])
    assert.deepEqual([ops, fin, nowhere].map(view.tokenLifetimeMs), [90_000, 300_000, 300_000])
    assert.equal(view.revision(), 7)
  })

  test('has its endpoints as resources: itself, its servers, its APIs, and nothing else', () => {
    const is = (path: string) => view.isResource(ops, `https://gw.example${path}`)
    for (const path of ['/mcp/ops', '/mcp/ops/mes', '/rest/ops/tickets'])
      assert.equal(is(path), true)
    for (const path of [
      '/mcp/ops/',
      '/mcp/fin',
      '/mcp/ops/mes/x',
      '/rest/ops',
      '/rest/ops/',
      '/mcp/opsx',
      '/x/mcp/ops/mes',
    ])
      assert.equal(is(path), false, path)
    for (const resource of [
      'mes',
      'https://other.example/mcp/ops',
      'https://other.example/mcp/ops/mes',
    ])
      assert.equal(view.isResource(ops, resource), false, resource)
  })
})
