import { proofChallenge, resourceMetadataUrl, unauthorizedChallenge } from '#identity/challenge.ts'
import type { Fault, FaultCode } from '#lib/fault.ts'
import type { HttpResponse } from '#lib/ingress/exchange.ts'
import { errorBytes } from '#mcp/messages.ts'
import { answerRestFault, type RestAnswer } from './rest-reply.ts'

/**
 * A fault before or instead of an answer: its public sentence, as an id-less JSON-RPC error with the
 * status of its row. 401 says where a token can be had (RFC 9728 §5.1), 429 and 503 when to come back.
 * What was not read of the body is not worth reading: the connection closes.
 */
export const answerFault = (
  response: HttpResponse,
  fault: Fault,
  about: { resource: string; origin: string; ref?: string },
): void => {
  const { status, rpc, say } = fault.row
  const body = errorBytes(
    undefined,
    rpc,
    say,
    about.ref === undefined ? undefined : { ref: about.ref },
  )
  const headers = { 'content-type': 'application/json' }
  write(response, fault, { status, headers, bytes: body }, about)
}

/** The same for a REST caller, as problem details. */
export const answerFaultToRest: typeof answerFault = (response, fault, about) => {
  const { origin, ref } = about
  const answer = answerRestFault(fault.code, { origin, ...(ref === undefined ? {} : { ref }) })
  write(response, fault, answer, about)
}

const write = (
  response: HttpResponse,
  fault: Fault,
  { status, headers, bytes }: RestAnswer,
  about: { resource: string; origin: string },
): void => {
  if (response.destroyed || response.writableEnded) return
  if (response.headersSent) {
    response.destroy()
    return
  }
  response.writeHead(status, {
    ...headers,
    'content-length': bytes.length,
    ...faultHeaders(fault, about),
    ...(response.req.complete ? {} : { connection: 'close' }),
  })
  response.end(bytes)
}

/** What an answer to a fault says beside its status, in whatever form its body is. */
export const faultHeaders = (
  { code, row }: Fault,
  about: { resource: string; origin: string },
): Record<string, string> => ({
  'cache-control': 'no-store',
  ...(row.status === 401 && {
    'www-authenticate': challengeOf(
      code,
      row.oauth ?? '',
      resourceMetadataUrl(about.origin, about.resource),
    ),
  }),
  ...((row.status === 429 || row.status === 503) && { 'retry-after': '1' }),
})

/** Those who have to prove a key are told so; whoever sent nothing of it hears of bearer tokens. */
const challengeOf = (code: FaultCode, error: string, metadata: string): string =>
  code === 'unproven' || code === 'bad_proof' || code === 'new_nonce'
    ? proofChallenge(metadata, error)
    : unauthorizedChallenge(metadata, code === 'bad_token' || code === 'api_key')
