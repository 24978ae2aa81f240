import type { ApiDocument } from '#domain/documents.ts'
import { headerOf } from '#domain/lent.ts'
import type { Loan } from '#domain/loan.ts'
import { createEgress, type EgressHeaders } from '#lib/egress/egress.ts'
import { Fault } from '#lib/fault.ts'
import type { Built } from '#rest/build.ts'
import type { OpenApi } from '#rest/openapi/read-openapi.ts'
import { openApiOf } from '#rest/openapi/remembered.ts'
import type { Operation } from '#rest/operation.ts'
import type { Routes } from '#rest/routes.ts'
import { ApiExchange } from './api-exchange.ts'
import { drain, type Ground } from './connection.ts'
import { createHealth } from './health.ts'
import type { FailCode } from './http-exchange.ts'
import { headerKey, outgoingHeaders } from './http-headers.ts'
import { createHeaderValue, lentAsHeader } from './lend.ts'
import { troubleOfApi } from './trouble.ts'
import type { Health } from './upstream.ts'

/** A REST API behind the gateway. It is called and answers; it decides nothing. */
export interface Api {
  readonly name: string
  readonly origin: string
  /** Where its paths begin, without a slash at the end. */
  readonly base: string
  /** Its operations are also offered as MCP tools. */
  readonly offersTools: boolean
  readonly routes: Routes
  operation(name: string): Operation | undefined
  /** What its OpenAPI document describes and is not offered, or not so, and why. */
  readonly findings: OpenApi['findings']
  /** By the last answer; nothing is asked of an API but what its callers ask. */
  readonly health: Health
  /** Sends one request; `done` hears of its end once, after this has returned, unless it is cancelled. */
  send(request: ApiRequest, done: (outcome: ApiOutcome) => void): { cancel(): void }
}

export interface ApiRequest {
  readonly built: Built
  /** Beside its own: of the trace. */
  readonly headers: readonly string[]
  /** Opened at the last moment and written into the header named in the API's document. */
  readonly loan: Loan | undefined
  /** No head within this time ends in upstream_timeout. */
  readonly timeoutMs: number
  /** Hard end of the whole exchange. */
  readonly endMs: number
}

export type ApiOutcome =
  | { readonly status: number; readonly headers: EgressHeaders; readonly bytes: Buffer }
  | { readonly failed: FailCode; readonly detail: string; readonly cause?: unknown }

export interface OpenedApi extends Api {
  /** Takes nothing new, lets what is under way end for up to `drainMs`, then closes. */
  retire(drainMs: number): Promise<void>
  close(): Promise<void>
}

const DEFAULTS = ['accept', 'application/json, */*;q=0.5', 'user-agent', 'bailiwick']

/** Undefined where its OpenAPI document is none: the door has refused it. */
export async function openApi(
  document: ApiDocument,
  ground: Pick<Ground, 'clock' | 'log' | 'limits'>,
): Promise<OpenedApi | undefined> {
  const { name, credential, upstream } = document
  const read = await openApiOf(upstream.openapi, headerOf(credential))
  if ('problems' in read) return undefined
  const { clock, limits, log } = ground
  const url = new URL(upstream.url)
  const base = url.pathname.replace(/\/$/, '')
  const egress = createEgress({ origin: url.origin, clock, limits: limits.egress })
  const health = createHealth(clock, ({ state, detail }, before) => {
    if (state !== before)
      log[state === 'down' ? 'warn' : 'info'](`upstream.${state}`, {
        plane: document.plane,
        server: name,
        detail,
      })
  })
  const operations = operationsOf(read)
  const lentAs = lentAsHeader(credential)
  const headerValue = lentAs && createHeaderValue(lentAs)
  const say = (what: string) => `${name} ${what}, at ${url.origin}${base}`

  const send: Api['send'] = ({ built, headers, loan, timeoutMs, endMs }, done) => {
    const exchange = new ApiExchange(limits.messageBytes, (outcome) => {
      const failed = 'failed' in outcome ? { ...outcome, detail: say(outcome.detail) } : undefined
      if (failed) health.set('down', failed.detail, troubleOfApi(faultOf(failed)))
      else health.set('up', say('answers'))
      done(failed ?? outcome)
    })
    const { method, body } = built
    const target = base + built.path + queryOf(url, built)
    const value = loan && headerValue?.(loan, { httpMethod: method, target, body, method: '' })
    if (credential && value === undefined) {
      exchange.failSoon('no_credential', needOf(credential))
      return exchange
    }
    const lent = lentAs &&
      value !== undefined && { key: headerKey(lentAs.header), name: lentAs.header, value }
    const request = {
      method,
      path: target,
      headers: outgoingHeaders([...built.headers, ...headers], DEFAULTS, lent || undefined),
      body,
      silenceMs: timeoutMs,
      endMs,
      isStream: false,
    }
    exchange.bind(egress.send(request, exchange))
    return exchange
  }

  return {
    name,
    origin: url.origin,
    base,
    offersTools: document.tools === true,
    routes: read.routes,
    findings: read.findings,
    operation: (called) => operations.get(called),
    get health() {
      return health.current
    },
    send,
    async retire(drainMs) {
      await drain(clock, () => egress.underWay === 0, drainMs)
      await egress.close()
    },
    close: () => egress.close(),
  }
}

const needOf = (credential: NonNullable<ApiDocument['credential']>): string =>
  'perCall' in credential ? 'needs a token per call' : `needs the credential ${credential.name}`

const operationsOf = ({ operations }: OpenApi): ReadonlyMap<string, Operation> =>
  new Map(operations.map((one) => [one.name, one]))

const faultOf = ({ failed, detail, cause }: Extract<ApiOutcome, { failed: FailCode }>): Fault =>
  new Fault(failed, { detail, cause })

/** The document's own query first, where its URL has one. */
const queryOf = (url: URL, { query }: Built): string => {
  const both = [url.search.slice(1), query].filter((part) => part !== '')
  return both.length === 0 ? '' : `?${both.join('&')}`
}
