import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Policy } from '#change/change.ts'
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
const agent = (name: string, consumers: string[]) =>
  [name, { ...head, kind: 'Agent' as const, name, owner: 'o', consumers }] as const
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
