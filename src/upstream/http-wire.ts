import type { ServerDocument } from '#domain/documents.ts'
import { createEgress } from '#lib/egress/egress.ts'
import type { Ground } from './connection.ts'
import { type Asked, type FailCode, HttpExchange } from './http-exchange.ts'
import { headerKey, outgoingHeaders } from './http-headers.ts'
import { createHeaderValue, lentAsHeader } from './lend.ts'
import type { Exchange, Outbound, Sink } from './upstream.ts'

/** A server at a URL. */
export type HttpServer = ServerDocument & { readonly upstream: { readonly url: string } }

/** One message out with its credential, one answer back; nothing is known here of eras and sessions. */
export interface HttpWire {
  readonly underWay: number
  send(message: Outbound, sink: Sink, way?: Way): Exchange
  /** Makes a sentence for the operator of what the server did: `core-banking answered 401 at https://…`. */
  say(what: string): string
  close(): Promise<void>
}

/** Of HTTP+SSE, where the server says what messages are posted to, in an event of that name. */
export interface Way {
  /** Path and query at the same origin, where it is not the document's own. */
  readonly target?: string
  readonly hasNamedEvents?: boolean
}

const POST_DEFAULTS = [
  'content-type',
  'application/json',
  'accept',
  'application/json, text/event-stream',
  'user-agent',
  'bailiwick',
]
const OTHER_DEFAULTS = ['accept', 'text/event-stream', 'user-agent', 'bailiwick']

export function createHttpWire(
  document: HttpServer,
  { clock, limits }: Ground,
  noticed: (code: FailCode) => void,
): HttpWire {
  const url = new URL(document.upstream.url)
  const path = url.pathname + url.search
  // Without its query, which may say more than a reader of health should know.
  const place = url.origin + url.pathname
  const say = (what: string) => `${document.name} ${what}, at ${place}`
  const egress = createEgress({ origin: url.origin, clock, limits: limits.egress })
  const { credential } = document
  const lentAs = lentAsHeader(credential)
  const key = lentAs && headerKey(lentAs.header)
  const headerValue = lentAs && createHeaderValue(lentAs)

  function send(message: Outbound, sink: Sink, way: Way = {}): Exchange {
    const { loan } = message
    const asked: Asked = {
      say,
      noticed,
      isRequest: message.id !== undefined,
      isDeletion: message.httpMethod === 'DELETE',
      hasLoan: loan !== undefined,
      messageLimitBytes: limits.messageBytes,
      hasNamedEvents: way.hasNamedEvents ?? false,
    }
    const exchange = new HttpExchange(asked, sink)
    const { httpMethod, method } = message
    const { target = path } = way
    const isPost = httpMethod === 'POST'
    const body = isPost ? message.body : undefined
    const value = loan && headerValue?.(loan, { httpMethod, target, body, method })
    if (credential !== undefined && value === undefined) {
      exchange.failSoon('no_credential', lendProblem(credential, loan !== undefined))
      return exchange
    }
    const lent = lentAs && key && value ? { key, name: lentAs.header, value } : undefined
    const defaults = isPost ? POST_DEFAULTS : OTHER_DEFAULTS
    const request = {
      method: httpMethod,
      path: target,
      headers: outgoingHeaders(message.headers, defaults, lent),
      body,
      silenceMs: message.timeoutMs,
      endMs: message.endMs,
      isStream: httpMethod === 'GET' || method === 'subscriptions/listen',
    }
    exchange.bind(egress.send(request, exchange))
    return exchange
  }

  return {
    get underWay() {
      return egress.underWay
    },
    send,
    say,
    close: () => egress.close(),
  }
}

function lendProblem(
  credential: NonNullable<ServerDocument['credential']>,
  isLent: boolean,
): string {
  if ('perCall' in credential) return 'needs a token per call, and there is no key to sign it'
  const needs = `needs the credential ${credential.name}`
  if (!('header' in credential)) {
    return `${needs}, which its document lends as an environment variable and not in a header`
  }
  if (isLent) return `${needs}, whose secret cannot be opened or cannot stand in a header`
  return `${needs}, which has no secret in the vault`
}
