import type { QuotaWindow, Refusal } from '#domain/decision.ts'
import { type FaultCode, faults } from '#lib/fault.ts'
import type { HttpResponse } from '#lib/ingress/exchange.ts'
import { problemDetails } from '#rest/problem-details.ts'
import { rateLimitHeaders } from '#rest/rate-limit.ts'
import type { Answer } from './forward.ts'
import { challengeOf, sentenceOf, type Told } from './refusal.ts'
import type { Reply } from './reply.ts'

/** What a REST caller is told. */
export interface RestAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: Buffer
}

/** The answer is written when it is whole: nothing of an API is relayed before its outcome is recorded. */
export const createRestReply = (response: HttpResponse): Reply => ({
  openEvents() {},
  relay: () => true,
  finish(bytes, about = {}) {
    if (response.writableEnded || response.destroyed) return
    const { status = 200, headers = {} } = about
    // RFC 9110 §8.6: none with 204; with HEAD it would be that of what is not sent.
    const isBare = status === 204 || response.req.method === 'HEAD'
    response.writeHead(status, {
      'cache-control': 'no-store',
      ...GUARDS,
      ...headers,
      ...(isBare ? {} : { 'content-length': bytes?.length ?? 0 }),
    })
    response.end(isBare ? undefined : bytes)
  },
  onGone(listener) {
    response.on('close', () => {
      if (!response.writableFinished) listener()
    })
  },
  onDrain() {},
})

/** What an API answers stands under the origin of the Manager: no browser may run it there. */
const GUARDS = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; sandbox",
  // RFC 9110 §12.5.5: what a client keeps is for this caller, and of this variant.
  vary: 'authorization, bailiwick-operation',
}

/**
 * A refusal as problem details. What is hidden and what does not exist are the same bytes, which name
 * nothing of what was asked.
 */
export const answerRestRefusal = (told: Told & { readonly origin: string }): RestAnswer => {
  const { refusal } = told
  const more = aboutOf(told)
  const detail = sentenceOf(told)
  const problem = (kind: 'denied' | 'held' | 'limited', retryAfterMs?: number): RestAnswer => {
    const answer = problemDetails({ kind, detail, retryAfterMs, more }, `${told.origin}/problems/`)
    return { ...answer, headers: pairs(answer.headers) }
  }
  switch (refusal.reason) {
    case 'unknown':
    case 'era':
      return plain(404, { detail })
    case 'arguments':
      return plain(400, { ...more, detail })
    case 'held':
      return problem('held')
    case 'limited':
      return withRates(problem('limited', refusal.retryAfterMs), refusal)
    case 'credential':
      return plain(faults.no_credential.status, { ...more, detail })
    case 'unseen':
      return plain(faults[refusal.code].status, { ...more, detail })
    case 'token':
      return challengeOf(told) ? plain(401, { ...more, detail }) : problem('denied')
    case 'suspended':
    case 'condition':
    case 'rule':
    case 'scope':
      return problem('denied')
  }
}

/** A fault; `call` lets a person find the entry. */
export const answerRestFault = (
  code: FaultCode,
  about: { readonly origin: string; readonly call?: string; readonly ref?: string },
): RestAnswer => {
  const { status, say: detail } = faults[code]
  const { origin, ...more } = about
  if (code === 'unrecordable') {
    const told = { kind: 'unrecorded', detail, retryAfterMs: 1000, more } as const
    const answer = problemDetails(told, `${origin}/problems/`)
    return { ...answer, headers: pairs(answer.headers) }
  }
  const answer = plain(status, { ...more, detail })
  return status === 429 || status === 503
    ? { ...answer, headers: { ...answer.headers, 'retry-after': '1' } }
    : answer
}

const aboutOf = ({ refusal, call, fallback }: Told) => ({
  reason: refusal.reason,
  station: refusal.station,
  call,
  ...(fallback === undefined ? {} : { fallback }),
})

/** RFC 9457 §4.2.1: a problem of no type of ours says no more than its status. */
const plain = (status: number, body: Readonly<Record<string, string>>): RestAnswer => ({
  status,
  headers: { 'content-type': 'application/problem+json' },
  bytes: Buffer.from(JSON.stringify({ ...body, type: 'about:blank', status })),
})

const withRates = (
  answer: RestAnswer,
  { quota, window, most, retryAfterMs }: Extract<Refusal, { reason: 'limited' }>,
): RestAnswer => {
  const rate = { name: quota, most, windowSeconds: secondsOf[window], left: 0 }
  const headers = rateLimitHeaders([{ ...rate, resetSeconds: retryAfterMs / 1000 }])
  return { ...answer, headers: { ...answer.headers, ...pairs(headers) } }
}

const secondsOf: Readonly<Record<QuotaWindow, number>> = { second: 1, minute: 60, day: 86_400 }

const pairs = (headers: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    headers.flatMap((name, at) => (at % 2 === 0 ? [[name, headers[at + 1] ?? '']] : [])),
  )

interface About {
  readonly origin: string
  readonly call: string
}

/** What came of a call, once that is recorded. */
export const finishRest = (reply: Reply, answer: Answer, about: About): void => {
  const { final, code, httpStatus: status, headers = {} } = answer
  if (final) reply.finish(final, { status, headers })
  // Without a code its caller has gone, and hears nothing.
  else finishRestFault(reply, (code || 'revoked') as FaultCode, about)
}

export const finishRestFault = (reply: Reply, code: FaultCode, about: About): void => {
  const { bytes, ...answer } = answerRestFault(code, about)
  reply.finish(bytes, answer)
}
