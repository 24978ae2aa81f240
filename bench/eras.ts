// What the plane's endpoint and each bridge between the eras cost beside the plain path: CPU of the real
// program for each call. Paths take turns, window by window, and every ratio is of windows of one round.
//   node bench/eras.ts [ROUNDS] [CALLS] [--json]      by default 7 rounds of windows of 3000 calls
import { loadavg } from 'node:os'
import { type Gateway, startGateway } from '../test/peers/gateway.ts'
import { exchange, legacy } from '../test/peers/wire.ts'
import { createCaller } from './caller.ts'
import { startPart } from './process.ts'
import { answered, requestBytes } from './request.ts'
import { callAll, callersAtOnce, formatTurns, inTurns, readTurns, summarizeTurns } from './turns.ts'
import type { Taken } from './upstream-answers.ts'

const { rounds, callsInWindow, isJson } = readTurns()

type Era = 'legacy' | 'modern'
type Behind = Awaited<ReturnType<typeof startPart<'take', { port: number }>>>

interface Path {
  readonly name: string
  readonly caller: Era
  readonly server: Era
  readonly isAtPlane?: true
}

/** The first one is what the others are held against. */
const paths: readonly Path[] = [
  { name: 'modern caller, modern server', caller: 'modern', server: 'modern' },
  { name: '  at the plane’s endpoint', caller: 'modern', server: 'modern', isAtPlane: true },
  { name: 'legacy caller, legacy server', caller: 'legacy', server: 'legacy' },
  { name: '  at the plane’s endpoint', caller: 'legacy', server: 'legacy', isAtPlane: true },
  { name: 'legacy caller, modern server', caller: 'legacy', server: 'modern' },
  { name: '  at the plane’s endpoint', caller: 'legacy', server: 'modern', isAtPlane: true },
  { name: 'modern caller, legacy server', caller: 'modern', server: 'legacy' },
  { name: '  at the plane’s endpoint', caller: 'modern', server: 'legacy', isAtPlane: true },
]

const owner = 'platform-team'
const documents = (behind: Readonly<Record<Era, Behind>>): string =>
  [
    { kind: 'Plane', name: 'ops', owner, tokenLifetime: '1h' },
    { kind: 'Consumer', plane: 'ops', name: 'workplace-ai', owner },
    { kind: 'Agent', plane: 'ops', name: 'planner', owner, consumers: ['workplace-ai'] },
    ...(['legacy', 'modern'] as const).map((era) => ({
      ...{ kind: 'Server', plane: 'ops', name: era, owner },
      upstream: { url: `http://127.0.0.1:${behind[era].hello.port}/mcp` },
      tools: { small: { class: 'read' }, large: { class: 'read' } },
    })),
    {
      ...{ kind: 'Grant', plane: 'ops', name: 'all', agent: 'planner', consumer: 'workplace-ai' },
      allow: [{ server: 'legacy' }, { server: 'modern' }],
      reason: 'It is measured.',
    },
  ]
    .map((one) => JSON.stringify({ apiVersion: 'bailiwick/v1', ...one }))
    .join('\n---\n')

/** So many requests of one caller, each under an id of its own; in one session where its era has them. */
const requestsAt = async (gateway: Gateway, path: Path) => {
  const url = new URL(`${gateway.origin}/mcp/ops${path.isAtPlane ? '' : `/${path.server}`}`)
  const token = await gateway.token('planner', url.href)
  const tool = path.isAtPlane ? `${path.server}__small` : 'small'
  const about = { port: Number(url.port), path: url.pathname, tool, expect: answered }
  if (path.caller === 'modern') return () => requestBytes(about, token)
  const opened = await exchange(url.href, {
    headers: { authorization: `Bearer ${token}` },
    ...legacy('initialize', {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'bench', version: '1.0.0' },
    }),
  })
  const session = String(opened.headers['mcp-session-id'])
  return (id: number): Buffer => {
    const { body } = legacy('tools/call', {
      name: tool,
      arguments: { query: 'how the invoices of last week were paid, and by whom' },
    })
    const text = JSON.stringify({ ...body, id })
    const head = [
      `POST ${about.path} HTTP/1.1`,
      `Host: 127.0.0.1:${about.port}`,
      'Content-Type: application/json',
      'Accept: application/json, text/event-stream',
      'MCP-Protocol-Version: 2025-11-25',
      `Mcp-Session-Id: ${session}`,
      `Authorization: Bearer ${token}`,
      `Content-Length: ${Buffer.byteLength(text)}`,
    ]
    return Buffer.from(`${head.join('\r\n')}\r\n\r\n${text}`)
  }
}

const measure = async (gateway: Gateway, behind: Readonly<Record<Era, Behind>>) => {
  const port = Number(new URL(gateway.origin).port)
  const callers = Array.from({ length: callersAtOnce }, () => createCaller(port, answered))
  const makers = new Map<Path, (id: number) => Buffer>()
  for (const path of paths) makers.set(path, await requestsAt(gateway, path))
  const measured = await inTurns(paths, rounds, async (path, isWarmUp) => {
    const count = isWarmUp ? callsInWindow * 2 : callsInWindow
    const make = makers.get(path) ?? (() => Buffer.alloc(0))
    const requests = Array.from({ length: count }, (_, n) => make(n + 1))
    await behind[path.server].ask<Taken>('take')
    const window = await callAll(gateway.pid, callers, requests)
    const { calls } = await behind[path.server].ask<Taken>('take')
    if (calls !== count) throw new Error(`${calls} of ${count} calls arrived`)
    return window
  })
  for (const caller of callers) caller.close()
  return summarizeTurns(measured)
}

const loadBefore = loadavg()[0] ?? 0
const behind = {
  modern: await startPart<'take', { port: number }>('upstream.ts'),
  legacy: await startPart<'take', { port: number }>('upstream.ts', ['legacy']),
}
const gateway = await startGateway({ documents: documents(behind) })
try {
  const rows = await measure(gateway, behind)
  if (isJson) console.log(JSON.stringify({ rows }))
  else {
    console.log(formatTurns('a call of', rows))
    const loads = [loadBefore, loadavg()[0] ?? 0].map((load) => load.toFixed(1))
    console.log(`Load average ${loads.join(' before and ')} after.`)
  }
} finally {
  await gateway.stop()
  await Promise.all(Object.values(behind).map((one) => one.stop()))
}
