import assert from 'node:assert/strict'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { resume, suspend } from '#change/suspend.ts'
import { planeId } from '#domain/name.ts'
import type { SuspensionKind } from '#domain/suspension.ts'
import { startInstallation } from '../../src/compose.ts'
import { callingAt, until } from '../gateway/calling.ts'
import { agent, consumer, documents, grant, plane } from '../gateway/plane.ts'
import { startWatched, watchedServer } from '../gateway/watched.ts'
import { mintOnBehalf } from '../identity/signing.ts'
import { password, send } from '../manager/world.ts'
import { startProcesses } from '../peers/processes.ts'
import { startSecond } from './second.ts'

const trials = 50
const target = { plane: planeId('ops'), kind: 'agent', name: 'planner' } as const
const by = { by: 'deniz' }
/** Odd, and read as a flag by a terminal that is not told otherwise. */
const user = "--alice/'x'@example.com"

let watched: Awaited<ReturnType<typeof startWatched>>
let processes: Awaited<ReturnType<typeof startProcesses>>
let here: Awaited<ReturnType<typeof startInstallation>>
let folder: string
before(async () => {
  watched = await startWatched()
  const allowed = grant('all', 'planner', [{ server: 'watched' }])
  const all = documents(plane(), consumer(), agent('planner'), watchedServer(watched.url), allowed)
  processes = await startProcesses(2, all)
  folder = await mkdtemp(join(tmpdir(), 'bailiwick-here-'))
  await copyFile(processes.rootKey, join(folder, 'root.key'))
  const store = { store: processes.url, origin: processes.origin, sample: false }
  here = await startInstallation({ data: folder, listen: '127.0.0.1:0', ...store, print() {} })
})
after(async () => {
  await here?.stop()
  await processes?.stop()
  watched?.stop()
  await rm(folder, { recursive: true, force: true })
})

const callingEach = () => {
  const { host } = new URL(processes.origin)
  return processes.origins().map((origin) => callingAt(`${origin}/mcp/ops/watched`, host))
}
type Calling = ReturnType<typeof callingAt>

const isRefused = async (at: Calling, token: string, name = 'quick'): Promise<boolean> => {
  const { status, result, error } = await at.call(token, name)
  assert.equal(status, 200)
  // One that was on its way when it came is ended as an error of the protocol.
  if (error) return error.code === -31403
  return result._meta?.['dev.bailiwick/refusal']?.reason === 'suspended'
}

test('an agent that one process suspends: its next call is refused and its stream ends on each other one within a second', async () => {
  const { change, identity } = here.installation
  const resource = `${processes.origin}/mcp/ops/watched`
  const client = 'planner@workplace-ai' as Parameters<typeof identity.mint>[1]
  const refusedMs: number[] = []
  const endedMs: number[] = []
  const second = startSecond()
  for (let trial = 0; trial < trials; trial++) {
    const { token } = await identity.mint(target.plane, client, resource)
    const each = callingEach()
    for (const at of each) await until(async () => !(await isRefused(at, token)))
    const streams = await Promise.all(each.map((at) => at.streamCall(token)))
    await change.execute(suspend(target, `trial ${trial}`), by)
    const from = performance.now()
    const ends = streams.map(async ({ text }) => {
      await text
      endedMs.push(performance.now() - from)
    })
    const refusals = each.map(async (at) => {
      while (!(await isRefused(at, token))) await pause(5)
      refusedMs.push(performance.now() - from)
    })
    await Promise.all([...ends, ...refusals])
    await change.execute(resume(target), by)
  }
  const told = (all: number[]) => {
    const sorted = [...all].sort((a, b) => a - b)
    const at = (share: number) => (sorted[Math.ceil(share * sorted.length) - 1] ?? 0).toFixed(0)
    return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms`
  }
  console.log(`${trials} trials on 2 other processes: refused ${told(refusedMs)}`)
  console.log(`${trials} trials on 2 other processes: stream ended ${told(endedMs)}`)
  assert.equal(refusedMs.length, trials * 2)
  second.check([...refusedMs, ...endedMs])
})

describe('From one process to another', () => {
  const kinds: readonly {
    kind: SuspensionKind
    /** What is typed, but for the reason. */
    words: readonly [suspend: string[], resume: string[]]
    address: readonly [suspend: string, resume: string]
    names: object
    /** Which tools are there to see meanwhile. */
    left?: string[]
  }[] = [
    {
      kind: 'agent',
      words: [
        ['agent', 'suspend', 'planner'],
        ['agent', 'resume', 'planner'],
      ],
      address: ['agents/planner/suspend', 'agents/planner/resume'],
      names: {},
    },
    {
      kind: 'consumer',
      words: [
        ['consumer', 'suspend', 'workplace-ai'],
        ['consumer', 'resume', 'workplace-ai'],
      ],
      address: ['consumers/workplace-ai/suspend', 'consumers/workplace-ai/resume'],
      names: {},
    },
    {
      kind: 'user',
      words: [
        ['user', 'suspend', '--', user],
        ['user', 'resume', '--', user],
      ],
      address: ['users/suspend', 'users/resume'],
      names: { user },
    },
    {
      kind: 'server',
      words: [
        ['server', 'suspend', 'ops/watched'],
        ['server', 'resume', 'ops/watched'],
      ],
      address: ['servers/watched/suspend', 'servers/watched/resume'],
      names: {},
    },
    {
      kind: 'capability',
      words: [
        ['server', 'block', 'ops/watched', 'streams'],
        ['server', 'unblock', 'ops/watched', 'streams'],
      ],
      address: ['servers/watched/block', 'servers/watched/unblock'],
      names: { name: 'streams' },
      left: ['detaches', 'quick', 'streams_too'],
    },
    {
      kind: 'plane',
      words: [
        ['plane', 'suspend', 'ops'],
        ['plane', 'resume', 'ops'],
      ],
      address: ['suspend', 'resume'],
      names: {},
    },
  ]
  let token: string
  let person: string
  const post = (path: string, body: object) =>
    send(new URL(`${processes.origins()[0]}/api/v1/${path}`), 'POST', {
      token: person,
      body,
      headers: { host: new URL(processes.origin).host },
    })

  before(async () => {
    const about = { plane: target.plane, client: 'planner@workplace-ai' as never, user }
    const resource = `${processes.origin}/mcp/ops/watched`
    token = await mintOnBehalf(here.installation, { ...about, resource })
    const { people } = here.installation
    const root = { name: 'root', title: undefined, administrator: true, password }
    await people.put({ ...root, by: 'test' })
    person = (await post('session', { name: 'root', password })).json<{ token: string }>().token
  })

  for (const { kind, words, address, names, left = [] } of kinds)
    for (const way of ['terminal', 'API'] as const)
      test(`${kind}: suspended by the ${way}, the stream ends, the call is refused, the list is short; resumed, it goes on`, async () => {
        const [, at] = callingEach()
        assert.ok(at)
        const act = async (n: 0 | 1): Promise<void> => {
          if (way === 'terminal') {
            const said = n === 0 ? ['--reason', 'a loop'] : []
            const [first, second, ...rest] = words[n]
            const { code, stderr } = await processes
              .at(0)
              .cli([...[first, second, ...said].map(String), ...rest])
            return assert.equal(code, 0, stderr)
          }
          const said = n === 0 ? { reason: 'a loop' } : {}
          const { status, text } = await post(`planes/ops/${address[n]}`, { ...names, ...said })
          return assert.equal(status, 200, text)
        }
        await until(async () => (await at.names(token)).length === 4)
        const stream = await at.streamCall(token)
        await act(0)
        assert.match(await stream.text, /-31403.*Suspended/)
        assert.equal(await isRefused(at, token, 'streams'), true)
        assert.equal(await isRefused(at, token), kind !== 'capability')
        assert.deepEqual(await at.names(token), left)
        await act(1)
        await until(async () => (await at.names(token)).length === 4)
        assert.equal(await isRefused(at, token), false)
      })
})
