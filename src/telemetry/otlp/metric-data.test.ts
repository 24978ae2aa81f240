import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JsonMetricsSerializer, ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { createFamilies } from '../families.ts'
import { observe } from '../family.ts'
import { metricData } from './metric-data.ts'

const written = () => {
  const families = createFamilies(10)
  families.calls.of('ops', 'bank', 'complete').value = 3
  families.revision.of().value = 7
  observe(families.durations.of('ops', 'bank', 'tools/call', ''), 0.3)
  const resource = resourceFromAttributes({ 'service.name': 'bailiwick' })
  const about = { resource, version: '1', startedMs: 1000, nowMs: 2500 }
  return metricData([families.calls, families.revision, families.durations], about)
}

test('figures are sums, gauges and spreads since the process began, by the names of the conventions', () => {
  const bytes = JsonMetricsSerializer.serializeRequest(written())
  const { resourceMetrics } = JSON.parse(Buffer.from(bytes ?? []).toString())
  const [calls, revision, durations] = resourceMetrics[0].scopeMetrics[0].metrics
  assert.equal(calls.name, 'bailiwick.calls')
  assert.equal(calls.sum.isMonotonic, true)
  assert.equal(calls.sum.dataPoints[0].asDouble, 3)
  assert.equal(revision.gauge.dataPoints[0].asDouble, 7)
  const [point] = durations.histogram.dataPoints
  assert.deepEqual([Number(point.count), point.sum], [1, 0.3])
  assert.deepEqual(
    point.attributes.map(({ key }: { key: string }) => key),
    ['bailiwick.plane', 'bailiwick.server', 'mcp.method.name'],
  )
})

test('the same figures are written as protobuf', () => {
  const bytes = Buffer.from(ProtobufMetricsSerializer.serializeRequest(written()) ?? [])
  for (const name of ['bailiwick.calls', 'mcp.server.operation.duration', 'tools/call'])
    assert.ok(bytes.includes(name), name)
})
