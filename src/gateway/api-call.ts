import type { Capability } from '#domain/capability.ts'
import type { Loan } from '#domain/loan.ts'
import type { FaultCode } from '#lib/fault.ts'
import { canonicalJson, type JsonObject } from '#lib/json.ts'
import type { Log } from '#lib/log.ts'
import type { Redaction } from '#lib/redaction.ts'
import { resultBytes } from '#mcp/messages.ts'
import { type Built, build } from '#rest/build.ts'
import type { Operation } from '#rest/operation.ts'
import { type HttpAnswer, toolResult } from '#rest/tool-result.ts'
import type { Api, ApiOutcome } from '#upstream/api.ts'
import type { Ask, CallAsk } from './exchange.ts'
import { type Answer, answerLimits } from './forward.ts'
import type { Timeouts } from './outbound.ts'
import { redactBody } from './redact.ts'
import { returningHeaders } from './rest-headers.ts'

/** A call as it goes to an API, whole and checked, with nothing opened yet. */
export interface ApiLent {
  readonly permitted: true
  readonly api: Api
  readonly built: Built
  readonly loan: Loan | undefined
}

/**
 * The request that permitted arguments make; or what is wrong with them. Undefined where the API does
 * not offer what was decided on: then another definition is in force than the one that was released.
 */
export const buildFor = (
  api: Api,
  operation: string,
  definition: Capability['definition'],
  args: JsonObject,
): ReturnType<typeof build> | undefined => {
  const offered = api.operation(operation)
  return offered && isAs(offered, definition) ? build(api.routes, offered, args) : undefined
}

const alike = new WeakMap<Operation, Capability['definition']>()

/** Compared once for each pair: what was pinned and what is served are made of one text. */
const isAs = (operation: Operation, definition: Capability['definition']): boolean => {
  if (alike.get(operation) === definition) return true
  const isSame =
    canonicalJson(operation.definition) === canonicalJson(definition as unknown as JsonObject)
  if (isSame) alike.set(operation, definition)
  return isSame
}

/** What is read of an answer by a model, and by its host. */
const resultLimits = { ...answerLimits, textBytes: 1024 * 1024, blobBytes: 4 * 1024 * 1024 }

/** Calls it and waits for the whole answer; never rejects. */
export const callApi = (about: {
  readonly ask: CallAsk
  readonly lent: ApiLent
  /** Of the trace. */
  readonly headers: readonly string[]
  readonly redaction: Redaction | undefined
  /** Where its callers find the API. */
  readonly address: string
  readonly timeouts: Timeouts
  readonly log: Log
  /** Handed the way to cancel, once the request is on its way. */
  onSent(cancel: (reason: string, code?: FaultCode) => void): void
}): Promise<Answer> =>
  new Promise((resolve) => {
    const { lent, timeouts, log } = about
    const { api, built, loan } = lent
    const { headers } = about
    const request = {
      built,
      loan,
      headers,
      timeoutMs: timeouts.firstAnswerTimeoutMs,
      endMs: timeouts.callTimeoutMs,
    }
    let isOver = false
    const sent = api.send(request, (outcome) => {
      isOver = true
      if ('failed' in outcome) {
        log.warn('upstream failed', {
          server: api.name,
          code: outcome.failed,
          detail: outcome.detail,
        })
        resolve(none('failed', outcome.failed))
      } else resolve(answered(about, outcome))
    })
    about.onSent((_, code) => {
      if (isOver) return
      isOver = true
      sent.cancel()
      resolve(none('cancelled', code ?? ''))
    })
  })

const none = (status: 'failed' | 'cancelled', code: string): Answer => ({
  status,
  code,
  final: undefined,
  event: undefined,
  detached: false,
  httpStatus: 0,
  sessionId: undefined,
})

type Answered = Extract<ApiOutcome, { status: number }>

const answered = (about: Parameters<typeof callApi>[0], outcome: Answered): Answer => {
  const { ask, lent, redaction, address } = about
  const { status, bytes, headers } = outcome
  const contentType = textOf(headers['content-type'])
  const shown = redaction
    ? redacted({ status, contentType, bytes }, redaction)
    : { status, contentType, bytes }
  const isFailure = status >= 400
  const url = address + lent.built.path
  const final =
    ask.era === 'rest' ? shown.bytes : mcpBytes(ask, { ...toolResult(shown, url, resultLimits) })
  return {
    ...none('failed', isFailure ? `http ${status}` : ''),
    status: isFailure ? 'tool error' : 'complete',
    final,
    httpStatus: status,
    headers: returningHeaders({ headers: redaction ? {} : headers, shown, lent, address }),
  }
}

const mcpBytes = (ask: Ask, result: JsonObject): Buffer =>
  resultBytes(ask.id, ask.era === 'modern' ? { resultType: 'complete', ...result } : result)

const textOf = (value: string | string[] | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined

/** An answer of a variant: JSON without some of its fields, or a sentence in its place. */
const redacted = ({ status, bytes }: HttpAnswer, redaction: Redaction): HttpAnswer => {
  if (bytes.length === 0) return { status, contentType: undefined, bytes }
  // An error's own words may quote anything.
  const body = status < 400 ? redactBody(bytes, redaction) : undefined
  return body === undefined
    ? { status, contentType: 'text/plain; charset=utf-8', bytes: WITHHELD }
    : { status, contentType: 'application/json', bytes: Buffer.from(body) }
}

const WITHHELD = Buffer.from(
  'Withheld: this is a redacted variant, which shows JSON alone, without some of its fields.',
)
