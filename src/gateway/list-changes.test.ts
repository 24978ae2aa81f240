import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Capability } from '#domain/capability.ts'
import { planeId } from '#domain/name.ts'
import type { PlaneSnapshot } from '#policy/compile.ts'
import type { CallerView } from '#policy/policy.ts'
import type { Caller } from './exchange.ts'
import { createListChanges, type Listener, listKinds } from './list-changes.ts'

const plane = planeId('ops')

/** Servers with many tools, callers who may discover all of them, and a clock that a test moves. */
const world = (servers: number, tools: number) => {
  const offers = new Map<string, { tools: Capability[] }>()
  const offer = (server: string, fingerprint: string) =>
    void offers.set(server, {
      tools: Array.from(
        { length: tools },
        (_, n) => ({ server, kind: 'tool', name: `t${n}`, fingerprint }) as unknown as Capability,
      ),
    })
  for (let n = 0; n < servers; n++) offer(`s${n}`, 'a')
  const counts = { lists: 0, wants: 0 }
  const grants: Record<string, unknown> = {}
  const tasks: (() => void)[] = []
  const timers: (() => void)[] = []
  const viewOf = (client: string): CallerView =>
    ({
      plane,
      who: { client },
      basis: () => [grants[client]],
      states: new Map(offers),
      endsAfter: () => Number.POSITIVE_INFINITY,
      isDeprecated: () => false,
      list(server: string, kind: string) {
        counts.lists++
        return kind === 'tool' ? (offers.get(server)?.tools ?? []) : []
      },
    }) as unknown as CallerView
  const changes = createListChanges({
    snapshot: () => ({ caller: ({ client }) => viewOf(client) }) as PlaneSnapshot,
    now: () => 0,
    clock: {
      elapsed: () => 0,
      after(_ms, task) {
        timers.push(task)
        return () => {}
      },
    },
    later: (task) => void tasks.push(task),
    notices: {
      want() {
        counts.wants++
        return () => void counts.wants--
      },
    },
  })
  const told: string[] = []
  const listener = (client: string): Listener => ({
    caller: { view: viewOf(client) } as Caller,
    kinds: new Set(listKinds),
    listing: (view) => ({
      view,
      server: undefined,
      now: 0,
      spoken: () => true,
      isApi: () => false,
      searches: false,
      beginsTasks: () => false,
    }),
    tell: (kind) => void told.push(`${client} ${kind}`),
    end: () => void told.push(`${client} ends`),
  })
  const settle = () => {
    while (tasks.length > 0) for (const task of tasks.splice(0)) task()
  }
  const rest = () => {
    for (const timer of timers.splice(0)) timer()
    settle()
  }
  return { changes, listener, offer, grants, counts, told, settle, rest }
}

describe('Who hears that its lists changed', () => {
  test('of ten servers with a thousand tools each and a thousand listeners, a change looks into the one that changed', () => {
    const { changes, listener, offer, counts, told, settle, rest } = world(10, 1000)
    for (let n = 0; n < 1000; n++) changes.add(listener(`c${n}@x`))
    counts.lists = 0
    changes.follow([plane])
    settle()
    assert.deepEqual([counts.lists, told.length], [0, 0])
    offer('s3', 'b')
    rest()
    changes.follow([plane])
    settle()
    assert.deepEqual([counts.lists, told.length], [4 * 1000, 1000])
  })

  test('a change is told once to each, and many in a row are one more after a rest', () => {
    const { changes, listener, offer, counts, told, settle, rest } = world(10, 10)
    changes.add(listener('a@x'))
    counts.lists = 0
    offer('s3', 'b')
    changes.follow([plane])
    settle()
    // Tools, prompts, resources and templates of the one server.
    assert.equal(counts.lists, 4)
    assert.deepEqual(told, ['a@x tools'])
    for (const print of ['c', 'd', 'e']) {
      offer('s3', print)
      changes.follow([plane])
      settle()
    }
    assert.deepEqual(told, ['a@x tools'])
    rest()
    assert.deepEqual(told, ['a@x tools', 'a@x tools'])
    rest()
    assert.equal(told.length, 2)
  })

  test('what changed for one caller is told to it alone; what became the same again to nobody', () => {
    const { changes, listener, grants, offer, told, rest, settle } = world(2, 2)
    changes.add(listener('a@x'))
    changes.add(listener('b@x'))
    grants['a@x'] = 'others'
    changes.follow([plane])
    settle()
    // It has other grants now, and they come to the same lists.
    assert.deepEqual(told, [])
    offer('s0', 'a')
    changes.follow([plane])
    rest()
    assert.deepEqual(told, [])
  })

  test('servers are listened to while somebody does, and a stop ends all', () => {
    const { changes, listener, counts, told } = world(1, 1)
    const over = changes.add(listener('a@x'))
    changes.add(listener('b@x'))
    assert.equal(counts.wants, 2)
    over()
    over()
    assert.equal(counts.wants, 1)
    changes.close()
    assert.deepEqual(told, ['b@x ends'])
  })
})
