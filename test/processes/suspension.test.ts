import assert from 'node:assert/strict'
import { once } from 'node:events'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { type IncomingMessage, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { resume, suspend } from '#change/suspend.ts'
import { planeId } from '#domain/name.ts'
import { startInstallation } from '../../src/compose.ts'
import { agent, consumer, documents, grant, plane } from '../gateway/plane.ts'
import { startWatched } from '../gateway/watched.ts'
import { startProcesses } from '../peers/processes.ts'
import { exchange, modern } from '../peers/wire.ts'

const trials = 50
const target = { plane: planeId('ops'), kind: 'agent', name: 'planner' } as const
const by = { by: 'deniz' }

let watched: Awaited<ReturnType<typeof startWatched>>
let processes: Awaited<ReturnType<typeof startProcesses>>
let here: Awaited<ReturnType<typeof startInstallation>>
let folder: string
before(async () => {
  watched = await startWatched()
  const server = JSON.stringify({
    apiVersion: 'bailiwick/v1',
    ...{ kind: 'Server', plane: 'ops', name: 'watched', owner: 'tests' },
    upstream: { url: watched.url },
    tools: { streams: { class: 'read' }, quick: { class: 'read' } },
  })
  const allowed = grant('all', 'planner', [{ server: 'watched' }])
  const all = documents(plane(), consumer(), agent('planner'), server, allowed)
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

const headersOf = (token: string, headers: Record<string, string>) => ({
  ...headers,
  host: new URL(processes.origin).host,
  authorization: `Bearer ${token}`,
})

const isRefused = async (origin: string, token: string): Promise<boolean> => {
  const { headers, body } = modern('tools/call', { name: 'quick' })
  const url = `${origin}/mcp/ops/watched`
  const told = await exchange(url, { headers: headersOf(token, headers), body })
  assert.equal(told.status, 200, told.body)
  return told.body.includes('"reason":"suspended"')
}

/** Resolves when its first event has come; `ended` when the stream has. */
const openStream = async (origin: string, token: string): Promise<{ ended: Promise<void> }> => {
  const { headers, body } = modern('tools/call', { name: 'streams' })
  const params = { ...body.params, _meta: { ...body.params._meta, progressToken: 1 } }
  const outbound = request(`${origin}/mcp/ops/watched`, {
    method: 'POST',
    agent: false,
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headersOf(token, headers),
    },
  })
  outbound.end(JSON.stringify({ ...body, params }))
  const [inbound] = (await once(outbound, 'response')) as [IncomingMessage]
  const ended = new Promise<void>((resolve) => inbound.once('close', () => resolve()))
  await once(inbound, 'data')
  inbound.resume()
  return { ended }
}

test('an agent that one process suspends: its next call is refused and its stream ends on each other one within a second', async () => {
  const { change, identity } = here.installation
  const resource = `${processes.origin}/mcp/ops/watched`
  const client = 'planner@workplace-ai' as Parameters<typeof identity.mint>[1]
  const refusedMs: number[] = []
  const endedMs: number[] = []
  for (let trial = 0; trial < trials; trial++) {
    const { token } = await identity.mint(target.plane, client, resource)
    const origins = processes.origins()
    for (const origin of origins)
      for (let tries = 0; await isRefused(origin, token); tries++) {
        assert.ok(tries < 200, 'a resumed agent goes on')
        await pause(10)
      }
    const streams = await Promise.all(origins.map((origin) => openStream(origin, token)))
    await change.execute(suspend(target, `trial ${trial}`), by)
    const from = performance.now()
    const ends = streams.map(async ({ ended }) => {
      await ended
      endedMs.push(performance.now() - from)
    })
    const refusals = origins.map(async (origin) => {
      while (!(await isRefused(origin, token))) await pause(5)
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
  assert.ok(Math.max(...refusedMs, ...endedMs) < 1000, 'within a second')
})
