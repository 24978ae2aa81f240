// What telemetry costs a governed call: CPU of the real program for each call, with nobody who asks, with
// /metrics read every second, and with spans and metrics sent to a collector. Calls and tools are counted in
// each of them; there is no switch for that. Ways take turns, and every ratio is of windows of one round.
//   node bench/telemetry.ts [ROUNDS] [CALLS] [--json]      by default 7 rounds of windows of 3000 calls
import { createHash } from 'node:crypto'
import { loadavg } from 'node:os'
import { type Gateway, startGateway } from '../test/peers/gateway.ts'
import { startCollector } from '../test/telemetry/collector.ts'
import { samplesOf, sum } from '../test/telemetry/scrape.ts'
import { createCaller } from './caller.ts'
import { startPart } from './process.ts'
import { answered, requestBytes } from './request.ts'
import { callAll, callersAtOnce, formatTurns, inTurns, readTurns, summarizeTurns } from './turns.ts'

const { rounds, callsInWindow, isJson } = readTurns()

const secret = 'read-by-the-bench'
const tokenSha256 = [createHash('sha256').update(secret).digest('hex')]

interface Way {
  readonly name: string
  readonly otlp?: { readonly sampled: number }
  readonly isRead?: true
}

/** The first one is what the others are held against. */
const ways: readonly Way[] = [
  { name: 'nobody asks' },
  { name: '/metrics, read every second', isRead: true },
  { name: 'spans of each tenth call, and metrics', otlp: { sampled: 0.1 } },
  { name: 'spans of every call, and metrics', otlp: { sampled: 1 } },
]

const owner = 'platform-team'
const documents = (port: number): string =>
  [
    { kind: 'Plane', name: 'ops', owner, tokenLifetime: '1h' },
    { kind: 'Consumer', plane: 'ops', name: 'workplace-ai', owner },
    { kind: 'Agent', plane: 'ops', name: 'planner', owner, consumers: ['workplace-ai'] },
    {
      ...{ kind: 'Server', plane: 'ops', name: 'clerk', owner },
      upstream: { url: `http://127.0.0.1:${port}/mcp` },
      tools: { small: { class: 'read' }, large: { class: 'read' } },
    },
    {
      ...{ kind: 'Grant', plane: 'ops', name: 'all', agent: 'planner', consumer: 'workplace-ai' },
      ...{ allow: [{ server: 'clerk' }], reason: 'It is measured.' },
    },
  ]
    .map((one) => JSON.stringify({ apiVersion: 'bailiwick/v1', ...one }))
    .join('\n---\n')

/** Sent several times in each window, so that none goes without. */
const configOf = ({ otlp }: Way, url: string) => ({
  telemetry: {
    metrics: { tokenSha256 },
    ...(otlp && {
      otlp: { url, ...otlp, queue: 100_000, spansEveryMs: 200, metricsEveryMs: 1000 },
    }),
  },
})

const readMetrics = async ({ origin }: Gateway): Promise<string> => {
  const response = await fetch(`${origin}/metrics`, {
    headers: { authorization: `Bearer ${secret}` },
  })
  if (!response.ok) throw new Error(`/metrics answered ${response.status}`)
  return response.text()
}

const openLane = async (way: Way, gateway: Gateway) => {
  const url = new URL(`${gateway.origin}/mcp/ops/clerk`)
  const token = await gateway.token('planner', url.href)
  const about = { port: Number(url.port), path: url.pathname, tool: 'small', expect: answered }
  const callers = Array.from({ length: callersAtOnce }, () => createCaller(about.port, answered))
  const request = requestBytes(about, token)
  return {
    async window(count: number) {
      const reading = way.isRead && setInterval(() => void readMetrics(gateway), 1000)
      const requests = Array.from({ length: count }, () => request)
      return callAll(gateway.pid, callers, requests).finally(() =>
        clearInterval(reading || undefined),
      )
    },
    close() {
      for (const caller of callers) caller.close()
    },
  }
}

/** A span that was dropped costs less than one that was sent. */
const checkSent = async (gateway: Gateway, way: Way): Promise<void> => {
  const samples = samplesOf(await readMetrics(gateway))
  const lost = ['dropped', 'failed'].map((result) =>
    sum(samples, 'bailiwick_telemetry_spans_total', { result }),
  )
  if (lost.some((count) => count > 0))
    throw new Error(`${way.name}: ${lost.join(' + ')} spans lost`)
}

const loadBefore = loadavg()[0] ?? 0
const behind = await startPart<'take', { port: number }>('upstream.ts')
const collector = await startCollector()
const gateways: Gateway[] = []
try {
  const lanes = new Map<Way, Awaited<ReturnType<typeof openLane>>>()
  for (const way of ways) {
    const config = configOf(way, collector.url)
    const gateway = await startGateway({ documents: documents(behind.hello.port), config })
    gateways.push(gateway)
    lanes.set(way, await openLane(way, gateway))
  }
  const measured = await inTurns(ways, rounds, async (way, isWarmUp) => {
    const lane = lanes.get(way)
    if (!lane) throw new Error(`${way.name} was not started`)
    collector.seen.length = 0
    return lane.window(isWarmUp ? callsInWindow * 2 : callsInWindow)
  })
  for (const lane of lanes.values()) lane.close()
  for (const [n, way] of ways.entries()) {
    const gateway = gateways[n]
    if (gateway) await checkSent(gateway, way)
  }
  const rows = summarizeTurns(measured)
  if (isJson) console.log(JSON.stringify({ rows }))
  else {
    console.log(formatTurns('telemetry', rows))
    const loads = [loadBefore, loadavg()[0] ?? 0].map((load) => load.toFixed(1))
    console.log(`Load average ${loads.join(' before and ')} after.`)
  }
} finally {
  collector.stop()
  await Promise.all([...gateways.map((one) => one.stop()), behind.stop()])
}
