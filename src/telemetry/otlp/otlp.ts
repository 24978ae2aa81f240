import {
  JsonMetricsSerializer,
  JsonTraceSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
} from '@opentelemetry/otlp-transformer'
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import type { Clock, Random } from '#lib/clock.ts'
import type { State } from '../state.ts'
import type { Telemetry } from '../telemetry.ts'
import type { Traces } from '../traces.ts'
import { createCollector, readHeaders } from './collector.ts'
import { metricData } from './metric-data.ts'
import { createOutbox } from './outbox.ts'
import { createSpans } from './spans.ts'

export interface OtlpSettings {
  readonly url: string
  readonly protocol: 'http/protobuf' | 'http/json'
  readonly traces: boolean
  readonly metrics: boolean
  readonly sampled: number
  readonly queue: number
  readonly spansEveryMs: number
  readonly metricsEveryMs: number
  readonly timeoutMs: number
}

/** Traces and metrics on their way to a collector. */
export interface Otlp {
  /** Undefined where only metrics are sent. */
  readonly traces: Traces | undefined
  /** Sends metrics from here on. */
  start(state: State): void
  /** Sends what is still here, as far as the collector takes it in time. */
  close(): Promise<void>
}

/** Loaded where it is configured, and nowhere else. */
export const openOtlp = (about: {
  settings: OtlpSettings
  telemetry: Telemetry
  version: string
  /** Of this process among others. */
  instance: string
  clock: Clock
  random: Random
  environment: NodeJS.ProcessEnv
}): Otlp => {
  const { settings, telemetry, version, clock, random } = about
  const isJson = settings.protocol === 'http/json'
  const contentType = isJson ? 'application/json' : 'application/x-protobuf'
  const headers = readHeaders(about.environment.OTEL_EXPORTER_OTLP_HEADERS)
  const { url, timeoutMs } = settings
  const collector = createCollector({ url, timeoutMs, contentType, headers, clock })
  // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say more, or say it otherwise.
  const resource = resourceFromAttributes({
    'service.name': 'bailiwick',
    'service.version': version,
    'service.instance.id': about.instance,
  }).merge(detectResources({ detectors: [envDetector] }))
  const ofTraces = isJson ? JsonTraceSerializer : ProtobufTraceSerializer
  const ofMetrics = isJson ? JsonMetricsSerializer : ProtobufMetricsSerializer
  const send = (path: '/v1/traces' | '/v1/metrics', body: Uint8Array | undefined) =>
    body ? collector.send(path, body) : Promise.resolve(false)

  const outbox = createOutbox({
    most: settings.queue,
    everyMs: settings.spansEveryMs,
    clock,
    spans: telemetry.families.spans,
    send: (spans) => send('/v1/traces', ofTraces.serializeRequest([...spans])),
  })
  const spans = settings.traces
    ? createSpans({ version, resource, sampled: settings.sampled, random, outbox })
    : undefined

  const startedMs = clock.now()
  let state: State | undefined
  let cancel = () => {}
  const sendMetrics = async (): Promise<void> => {
    if (!state) return
    const families = await telemetry.collect(state)
    const nowMs = clock.now()
    const data = metricData(families, { resource, version, startedMs, nowMs })
    await send('/v1/metrics', ofMetrics.serializeRequest(data))
  }
  const again = (): void => {
    cancel = clock.after(settings.metricsEveryMs, () => void sendMetrics().then(again, again))
  }

  return {
    traces: spans,
    start(read) {
      if (!settings.metrics) return
      state = read
      again()
    },
    async close() {
      cancel()
      await Promise.all([spans?.close(), sendMetrics().catch(() => {})])
      await collector.close()
    },
  }
}
