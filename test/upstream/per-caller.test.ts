import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Runner } from '#upstream/upstream.ts'
import { pathOf } from '../peers/program.ts'
import {
  callOf,
  exchange,
  type Heard,
  Heard as Listener,
  open,
  runner,
  serverAt,
} from './ground.ts'

const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url))

const child = async (
  perCaller: Runner['perCaller'] = { most: 3, idleMs: 60_000 },
  options: Parameters<typeof open>[1] = {},
) => {
  const { find, ...rest } = await open([serverAt('child', { runner: 'child' })], {
    runners: [runner('child', [CHILD], { ...(perCaller && { perCaller }) })],
    ...options,
  })
  return { ...rest, upstream: find('child') }
}

const told = (heard: Heard): unknown => {
  const { content } = heard.last.result as { content: { text: string }[] }
  return JSON.parse(content[0]?.text ?? '')
}

const as = (caller: string, deed = 'where', more: Parameters<typeof callOf>[2] = {}) =>
  callOf(deed, {}, { caller, ...more })

const pidOf = async (upstream: Parameters<typeof exchange>[0], caller: string) =>
  (told(await exchange(upstream, as(caller))) as { pid: number }).pid

async function until(isSo: () => boolean): Promise<void> {
  for (let looks = 0; looks < 2000; looks++) {
    if (isSo()) return
    await new Promise((done) => setTimeout(done, 10))
  }
  assert.fail('it did not come about')
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('a runner that gives each caller a process of its own', () => {
  test('starts one at a caller’s first call, keeps it for the next, and says how many run', async () => {
    const { upstream } = await child()
    assert.equal(upstream.health.processes, undefined)
    const [ann, bob, again] = [
      await pidOf(upstream, 'ann'),
      await pidOf(upstream, 'bob'),
      await pidOf(upstream, 'ann'),
    ]
    assert.equal(ann, again)
    assert.notEqual(ann, bob)
    assert.equal(upstream.health.processes, 2)
    assert.equal(upstream.shared, true)
  })

  test('calls of one caller that come before it is there wait for the same one', async () => {
    const { upstream } = await child()
    const pids = await Promise.all(Array.from({ length: 10 }, () => pidOf(upstream, 'ann')))
    assert.equal(new Set(pids).size, 1)
  })

  test('a call in nobody’s name is refused, and reaches no process', async () => {
    const { upstream } = await child()
    const heard = await exchange(upstream, callOf('where'))
    assert.match(heard.failure?.detail ?? '', /was called by nobody/)
    assert.equal(upstream.health.processes, undefined)
  })

  test('one caller more than the bound is refused with the reason, and nobody else is harmed', async () => {
    const { upstream } = await child({ most: 2, idleMs: 60_000 })
    const ann = await pidOf(upstream, 'ann')
    await pidOf(upstream, 'bob')
    const refused = await exchange(upstream, as('cem'))
    assert.equal(refused.failure?.code, 'upstream_unreachable')
    assert.equal(
      refused.failure.detail,
      'child has a process for each of 2 callers, and starts no more (runner child)',
    )
    assert.equal(await pidOf(upstream, 'ann'), ann)
    assert.equal(upstream.health.state, 'up')
  })

  test('one that nobody calls is ended, and makes room for another caller', async () => {
    const { upstream } = await child({ most: 1, idleMs: 400 })
    const ann = await pidOf(upstream, 'ann')
    await until(() => upstream.health.processes === 0)
    await until(() => !isAlive(ann))
    assert.notEqual(await pidOf(upstream, 'bob'), ann)
  })

  test('one that is busy is not idle', async () => {
    const { upstream } = await child({ most: 1, idleMs: 200 })
    const held = new Listener()
    upstream.send(as('ann', 'hold'), held)
    await new Promise((done) => setTimeout(done, 800))
    assert.equal(upstream.health.processes, 1)
    assert.equal(held.isOver, false)
  })

  test('one that crashes fails its own caller alone, and is started anew after a pause', async () => {
    const { upstream } = await child()
    const [ann, bob] = [await pidOf(upstream, 'ann'), await pidOf(upstream, 'bob')]
    const under = exchange(upstream, as('ann', 'hold'))
    await new Promise((done) => setTimeout(done, 50))
    process.kill(ann, 'SIGKILL')
    assert.match((await under).failure?.detail ?? '', /lost its process/)
    assert.equal(await pidOf(upstream, 'bob'), bob)
    assert.equal(upstream.health.state, 'up')
    let next = await exchange(upstream, as('ann'))
    for (let looks = 0; looks < 500 && next.failure !== undefined; looks++) {
      await new Promise((done) => setTimeout(done, 20))
      next = await exchange(upstream, as('ann'))
    }
    assert.notEqual((told(next) as { pid: number }).pid, ann)
  })

  test('all of them end with the gateway', async () => {
    const { upstream, upstreams } = await child()
    const pids = [await pidOf(upstream, 'ann'), await pidOf(upstream, 'bob')]
    await upstreams.close()
    assert.deepEqual(pids.map(isAlive), [false, false])
  })
})

describe('what a real server remembers for one caller, no other caller is told', () => {
  const real = async (name: string, environment: Record<string, string> = {}) => {
    const path = pathOf(`node_modules/@modelcontextprotocol/server-${name}/dist/index.js`)
    const { find } = await open([serverAt(name, { runner: name })], {
      runners: [runner(name, [path], { environment, perCaller: { most: 4, idleMs: 60_000 } })],
    })
    return async (caller: string, tool: string, args: Record<string, unknown>) =>
      told(await exchange(find(name), callOf(tool, args, { era: 'legacy', caller })))
  }

  test('server-sequential-thinking, which keeps it in its process', async () => {
    const call = await real('sequential-thinking')
    const think = async (caller: string, thoughtNumber: number) => {
      const more = { thought: 'canary', totalThoughts: 9, nextThoughtNeeded: true }
      return call(caller, 'sequentialthinking', { ...more, thoughtNumber })
    }
    const counts = []
    for (const [caller, number] of [
      ['ann', 1],
      ['ann', 2],
      ['bob', 1],
    ] as const)
      counts.push((await think(caller, number)) as { thoughtHistoryLength: number })
    assert.deepEqual(
      counts.map(({ thoughtHistoryLength }) => thoughtHistoryLength),
      [1, 2, 1],
    )
  })

  test('server-memory, which keeps it in a file of that caller’s', async (t) => {
    const folder = await mkdtemp(`${tmpdir()}/memory-`)
    t.after(() => rm(folder, { recursive: true, force: true }))
    const call = await real('memory', { MEMORY_FILE_PATH: `${folder}/{caller}.jsonl` })
    const entity = { name: 'canary', entityType: 'secret', observations: ['of ann'] }
    await call('ann', 'create_entities', { entities: [entity] })
    assert.match(JSON.stringify(await call('ann', 'read_graph', {})), /canary/)
    assert.doesNotMatch(JSON.stringify(await call('bob', 'read_graph', {})), /canary/)
  })
})
