import { type Attributes, type HrTime, ValueType } from '@opentelemetry/api'
import type { Resource } from '@opentelemetry/resources'
import {
  AggregationTemporality,
  DataPointType,
  type MetricData,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics'
import { bounds, type Family, type Series, type Spread } from '../family.ts'

/** The figures as OpenTelemetry has them: sums and spreads since the process began. */
export const metricData = (
  families: Iterable<Family>,
  about: { resource: Resource; version: string; startedMs: number; nowMs: number },
): ResourceMetrics => {
  const span = { startTime: hrTime(about.startedMs), endTime: hrTime(about.nowMs) }
  const metrics: MetricData[] = []
  for (const family of families) {
    const all = [...family.all()]
    if (all.length > 0) metrics.push(one(family, all, span))
  }
  const scope = { name: 'bailiwick', version: about.version }
  return { resource: about.resource, scopeMetrics: [{ scope, metrics }] }
}

const one = (
  { row }: Family,
  all: readonly Series[],
  span: { startTime: HrTime; endTime: HrTime },
): MetricData => {
  const { name, says: description, unit = '' } = row
  const descriptor = { name, description, unit, valueType: ValueType.DOUBLE }
  const about = { descriptor, aggregationTemporality: AggregationTemporality.CUMULATIVE }
  const points = all.map((series) => {
    return { ...span, attributes: attributesOf(row.labels, series), value: series.value }
  })
  if (row.kind === 'gauge')
    return { ...about, dataPointType: DataPointType.GAUGE, dataPoints: points }
  if (row.kind === 'counter')
    return { ...about, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints: points }
  const dataPoints = points.map((point, at) => ({ ...point, value: spreadOf(all[at] as Spread) }))
  return { ...about, dataPointType: DataPointType.HISTOGRAM, dataPoints }
}

const spreadOf = ({ counts, value }: Spread) => ({
  buckets: { boundaries: [...bounds], counts: [...counts] },
  sum: value,
  count: counts.reduce((total, count) => total + count, 0),
})

const attributesOf = (names: readonly string[], { labels }: Series): Attributes => {
  const attributes: Attributes = {}
  for (const [at, name] of names.entries()) {
    const value = labels[at] ?? ''
    if (value !== '') attributes[conventions[name] ?? `bailiwick.${name}`] = value
  }
  return attributes
}

/** Labels that the semantic conventions have a name for. */
const conventions: Readonly<Record<string, string>> = {
  method: 'mcp.method.name',
  error: 'error.type',
  agent: 'gen_ai.agent.name',
}

const hrTime = (ms: number): HrTime => [Math.floor(ms / 1000), Math.round((ms % 1000) * 1e6)]
