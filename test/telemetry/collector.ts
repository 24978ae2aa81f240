import { once } from 'node:events'
import { createServer } from 'node:http'

interface Attribute {
  readonly key: string
  readonly value: { readonly stringValue?: string }
}
export interface Span {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly attributes: readonly Attribute[]
  readonly events?: readonly { readonly name: string }[]
}

/** A receiver of OTLP over HTTP, as JSON. */
export const startCollector = async ({ hangs = false } = {}) => {
  const spans: Span[] = []
  const metrics: { name: string }[] = []
  const seen: { path: string; type: string; secret: string; bytes: string }[] = []
  const waiting: (() => void)[] = []
  const server = createServer(async (request, response) => {
    const bytes = Buffer.concat(await request.toArray())
    const { 'content-type': type = '', 'x-secret': secret } = request.headers
    seen.push({
      path: request.url ?? '',
      type,
      secret: `${secret}`,
      bytes: bytes.toString('latin1'),
    })
    for (const tell of waiting.splice(0)) queueMicrotask(tell)
    if (hangs) return
    if (type === 'application/json') {
      const { resourceSpans = [], resourceMetrics = [] } = JSON.parse(bytes.toString())
      for (const { scopeSpans } of resourceSpans)
        for (const scope of scopeSpans) spans.push(...scope.spans)
      for (const { scopeMetrics } of resourceMetrics)
        for (const scope of scopeMetrics) metrics.push(...scope.metrics)
    }
    response.writeHead(200, { 'content-type': type }).end(type === 'application/json' ? '{}' : '')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    spans,
    metrics,
    seen,
    /** Resolves when that holds; it is looked at whenever something was received. */
    async until(holds: () => boolean): Promise<void> {
      while (!holds()) await new Promise<void>((resolve) => waiting.push(resolve))
    },
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}

export const attributesOf = ({ attributes }: Span): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))
