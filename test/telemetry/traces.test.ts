import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { createCaller } from '../gateway/caller.ts'
import { agent, consumer, document, documents, grant, plane } from '../gateway/plane.ts'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { modern } from '../peers/wire.ts'
import { attributesOf, type Span, startCollector } from './collector.ts'
import { freePort, samplesOf, sum } from './scrape.ts'
import { startToldServer } from './told-server.ts'

const spanId = '00f067aa0ba902b7'
const secret = 'a-secret-of-the-collector'
const argument = 'an-argument-of-a-call'
const parentOf = (traceId: string, flags = '01') => `00-${traceId}-${spanId}-${flags}`

const setUp = async (collectorUrl: string, otlp: object, telemetry: object = {}) => {
  const servers = {
    modern: await startToldServer('modern'),
    legacy: await startToldServer('legacy'),
  }
  const items = Object.entries(servers).map(([name, { url }]) =>
    document('Server', {
      ...{ plane: 'ops', name, owner: 'tests', upstream: { url } },
      tools: { tell: { class: 'read' } },
    }),
  )
  const port = await freePort()
  const gateway = await startGateway({
    documents: documents(
      ...[plane(), consumer(), agent('planner'), ...items],
      grant('planner', 'planner', [{ server: 'modern' }, { server: 'legacy' }]),
    ),
    config: {
      telemetry: {
        ...{ metrics: { listen: `127.0.0.1:${port}` }, ...telemetry },
        otlp: { url: collectorUrl, protocol: 'http/json', spansEveryMs: 100, ...otlp },
      },
    },
    env: { OTEL_EXPORTER_OTLP_HEADERS: `x-secret=${secret}` },
  })
  return {
    gateway,
    servers,
    metrics: async () => samplesOf(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()),
    async stop() {
      await gateway.stop()
      for (const one of Object.values(servers)) one.stop()
    },
  }
}

const callerAt = async (gateway: Gateway, server: string) => {
  const url = `${gateway.origin}/mcp/ops/${server}`
  return createCaller(url, await gateway.token('planner', url))
}

describe('A trace', () => {
  let collector: Awaited<ReturnType<typeof startCollector>>
  let house: Awaited<ReturnType<typeof setUp>>
  before(async () => {
    collector = await startCollector()
    house = await setUp(collector.url, { metricsEveryMs: 1000 }, { baggage: 'drop' })
  })
  after(async () => {
    await house?.stop()
    collector?.stop()
  })
  const spansOf = async (traceId: string): Promise<{ served: Span; sent: Span }> => {
    const all = () => collector.spans.filter((one) => one.traceId === traceId)
    await collector.until(() => all().length >= 2)
    const [served, sent] = [2, 3].map((kind) => all().find((one) => one.kind === kind))
    assert.ok(served && sent)
    return { served, sent }
  }

  let made = 0
  for (const [speaks, mode] of [
    ['modern', { pin: '2026-07-28' }],
    ['legacy', 'legacy'],
  ] as const)
    for (const server of ['modern', 'legacy'] as const)
      test(`of a ${speaks} SDK client goes by way of the gateway to a ${server} server`, async () => {
        const traceId = `4bf92f3577b34da6a3ce929d0e0e47${String(++made).padStart(2, '0')}`
        const url = `${house.gateway.origin}/mcp/ops/${server}`
        const headers = { authorization: `Bearer ${await house.gateway.token('planner', url)}` }
        const client = new Client({ name: 'agent', version: '1' }, { versionNegotiation: { mode } })
        await client.connect(
          new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }),
        )
        const _meta = {
          traceparent: parentOf(traceId),
          tracestate: 'vendor=1',
          baggage: 'user=alice',
        }
        await client.callTool({ name: 'tell', arguments: { argument }, _meta })
        await client.close()
        const { served, sent } = await spansOf(traceId)
        assert.equal(served.parentSpanId, spanId)
        assert.equal(sent.parentSpanId, served.spanId)
        const told = house.servers[server].told.at(-1)
        const expected = `00-${traceId}-${sent.spanId}-01`
        assert.equal(told?.meta.traceparent, expected)
        assert.equal(told?.headers.traceparent, expected)
        assert.equal(told?.meta.tracestate, 'vendor=1')
        assert.equal(told?.headers.tracestate, 'vendor=1')
        assert.equal(told?.meta.baggage, undefined)
        assert.equal(served.name, 'tools/call tell')
        const attributes = attributesOf(served)
        assert.equal(attributes['mcp.method.name'], 'tools/call')
        assert.equal(attributes['gen_ai.tool.name'], 'tell')
        assert.equal(attributes['bailiwick.outcome'], 'complete')
        assert.match(`${attributes['bailiwick.call']}`, /^cal_/)
        assert.deepEqual(
          served.events?.map(({ name }) => name),
          ['authenticate', 'permit', 'credential', 'limit', 'record', 'forward', 'record'],
        )
        const { entries } = await house.gateway.ledger('ops')
        assert.ok(entries.some((one) => one.type === 'call.intent' && one.trace === traceId))
      })

  test('that its beginner does not sample goes on as it is, and nothing is exported', async () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4799'
    const caller = await callerAt(house.gateway, 'modern')
    const { headers, body } = modern('tools/call', { name: 'tell', arguments: {} } as {
      name: string
    })
    const written = { ...body.params._meta, traceparent: parentOf(traceId, '00') }
    await caller.send(
      JSON.stringify({ ...body, params: { ...body.params, _meta: written } }),
      headers,
    )
    caller.close()
    assert.equal(house.servers.modern.told.at(-1)?.meta.traceparent, parentOf(traceId, '00'))
    assert.ok(!collector.spans.some((one) => one.traceId === traceId))
  })

  test('of what is refused as unknown does not tell the name that its caller wrote', async () => {
    const caller = await callerAt(house.gateway, 'modern')
    await caller.call('a_name_of_a_stranger', {})
    caller.close()
    const isRefused = (one: Span) => attributesOf(one)['error.type'] === 'unknown'
    await collector.until(() => collector.spans.some(isRefused))
    const refused = collector.spans.find(isRefused)
    assert.equal(refused?.name, 'tools/call')
    assert.deepEqual(
      refused?.events?.map(({ name }) => name),
      ['authenticate', 'permit'],
    )
    assert.ok(!JSON.stringify(collector.spans).includes('a_name_of_a_stranger'))
  })

  test('brings no argument, and the secret for the collector in a header alone', async () => {
    await collector.until(() => collector.metrics.length > 0)
    const names = collector.metrics.map(({ name }) => name)
    assert.ok(names.includes('mcp.server.operation.duration') && names.includes('bailiwick.calls'))
    for (const { bytes, secret: shown } of collector.seen) {
      assert.equal(shown, secret)
      assert.ok(!bytes.includes(argument) && !bytes.includes(secret) && !bytes.includes('alice'))
    }
    assert.ok(!house.gateway.output().includes(secret))
    const samples = await house.metrics()
    assert.ok(sum(samples, 'bailiwick_telemetry_spans_total', { result: 'exported' }) >= 3)
  })
})

test('A collector that never answers costs calls nothing: what does not fit is dropped and counted', async () => {
  const collector = await startCollector({ hangs: true })
  const house = await setUp(collector.url, {
    ...{ protocol: 'http/protobuf', queue: 4, timeoutMs: 60_000, metrics: false },
  })
  try {
    const caller = await callerAt(house.gateway, 'modern')
    for (let n = 0; n < 10; n++) assert.equal((await caller.call('tell', {}))?.status, 200)
    caller.close()
    const samples = await house.metrics()
    assert.ok(sum(samples, 'bailiwick_telemetry_spans_total', { result: 'dropped' }) >= 8)
    assert.equal(sum(samples, 'bailiwick_calls_total', { outcome: 'complete' }), 10)
    await collector.until(() => collector.seen.length > 0)
    const [sent] = collector.seen
    assert.deepEqual([sent?.path, sent?.type], ['/v1/traces', 'application/x-protobuf'])
    assert.ok(sent?.bytes.includes('tools/call tell'))
  } finally {
    collector.stop()
    await house.stop()
  }
})
