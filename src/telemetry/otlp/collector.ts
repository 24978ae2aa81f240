import type { Clock } from '#lib/clock.ts'
import { createEgress, type EgressSink } from '#lib/egress/egress.ts'
import { Fault } from '#lib/fault.ts'

/** The one collector: OTLP over HTTP, by our own way outward, so no redirect is followed. */
export interface Collector {
  /** Resolves with whether it was taken, at the latest after the timeout. Never rejects. */
  send(path: '/v1/traces' | '/v1/metrics', body: Uint8Array): Promise<boolean>
  close(): Promise<void>
}

const limits = { connections: 2, waiting: 8, connectTimeoutMs: 3000 }
/** Of an answer, which nobody reads. */
const answerBytes = 64 * 1024

export const createCollector = (about: {
  url: string
  contentType: string
  /** Name, value, name, value …: see `readHeaders`. */
  headers: readonly string[]
  timeoutMs: number
  clock: Clock
}): Collector => {
  const { clock, timeoutMs, contentType, headers } = about
  const url = new URL(about.url)
  const base = url.pathname.replace(/\/$/, '')
  const egress = createEgress({ origin: url.origin, clock, limits })
  return {
    send: (path, body) =>
      new Promise((resolve) => {
        const sink: EgressSink = {
          head(status) {
            resolve(status >= 200 && status < 300)
            return answerBytes
          },
          data: () => true,
          end: () => resolve(true),
          fail: () => resolve(false),
        }
        const request = { method: 'POST', path: base + path, body, isStream: false } as const
        const all = ['content-type', contentType, 'user-agent', 'bailiwick', ...headers]
        egress.send({ ...request, headers: all, silenceMs: timeoutMs, endMs: timeoutMs }, sink)
      }),
    close: () => egress.close(),
  }
}

/**
 * OTEL_EXPORTER_OTLP_HEADERS, as the specification of OpenTelemetry's exporter has it: `name=value`,
 * with commas between and values percent-encoded. A token for the collector stands there, for the
 * configuration holds no secret. Throws Fault('bad_configuration').
 */
export const readHeaders = (written: string | undefined): string[] =>
  (written ?? '')
    .split(',')
    .filter((pair) => pair.trim() !== '')
    .flatMap((pair) => {
      const at = pair.indexOf('=')
      const name = pair.slice(0, Math.max(at, 0)).trim().toLowerCase()
      const value = decoded(pair.slice(at + 1).trim())
      if (!/^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(name) || value === undefined) throw unreadable()
      return [name, value]
    })

const decoded = (text: string): string | undefined => {
  try {
    const value = decodeURIComponent(text)
    return /^[\x20-\x7e]*$/.test(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Without what it says: it is a secret. */
const unreadable = (): Fault =>
  new Fault('bad_configuration', {
    detail: 'OTEL_EXPORTER_OTLP_HEADERS is no list of name=value with commas between.',
    fix: 'Write name=value,name=value with percent-encoded values, or unset it.',
  })
