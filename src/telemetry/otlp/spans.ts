import { ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import type { Resource } from '@opentelemetry/resources'
import {
  ParentBasedSampler,
  type SpanProcessor,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import type { Random } from '#lib/clock.ts'
import type { CallTrace, Traces } from '../traces.ts'

/** Spans by the SDK of OpenTelemetry. Whoever began a trace has decided whether it is sampled. */
export const createSpans = (about: {
  version: string
  resource: Resource
  /** Share of the traces that begin here. */
  sampled: number
  random: Random
  outbox: SpanProcessor
}): Traces & { close(): Promise<void> } => {
  const { random } = about
  const provider = new TracerProvider({
    resource: about.resource,
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(about.sampled) }),
    idGenerator: {
      generateTraceId: () => random(16).toString('hex'),
      generateSpanId: () => random(8).toString('hex'),
    },
    spanLimits: { attributeValueLengthLimit: 256, attributeCountLimit: 32, eventCountLimit: 16 },
    spanProcessors: [about.outbox],
  })
  const tracer = provider.getTracer('bailiwick', about.version)

  return {
    begin({ name, parent, attributes }) {
      const from = parent && {
        ...{ traceId: parent.traceId, spanId: parent.spanId, isRemote: true },
        traceFlags: Number(parent.isSampled),
      }
      const context = from ? trace.setSpanContext(ROOT_CONTEXT, from) : ROOT_CONTEXT
      const span = tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, context)
      if (!span.isRecording()) return undefined
      const leg = (called: string) =>
        tracer.startSpan(called, { kind: SpanKind.CLIENT }, trace.setSpan(ROOT_CONTEXT, span))
      return callTrace(span, name, leg)
    },
    close: () => provider.shutdown(),
  }
}

const callTrace = (span: Span, first: string, begin: (name: string) => Span): CallTrace => {
  let name = first
  let leg: Span | undefined
  const finish = (one: Span, error: string | undefined): void => {
    if (error !== undefined) {
      one.setAttribute('error.type', error)
      one.setStatus({ code: SpanStatusCode.ERROR })
    }
    one.end()
  }
  return {
    passed: (step, attributes) => void span.addEvent(step, attributes),
    tell(attributes, called = name) {
      name = called
      span.updateName(called)
      span.setAttributes(attributes)
    },
    leg() {
      leg ??= begin(name)
      const { traceId, spanId } = leg.spanContext()
      return `00-${traceId}-${spanId}-01`
    },
    answered(attributes, error) {
      if (!leg?.isRecording()) return
      leg.setAttributes(attributes)
      finish(leg, error)
    },
    end(error) {
      if (leg?.isRecording()) finish(leg, error)
      if (span.isRecording()) finish(span, error)
    },
  }
}
