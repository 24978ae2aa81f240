import type { ServerResponse } from 'node:http'
import { resourceMetadataUrl, unauthorizedChallenge } from '#identity/challenge.ts'
import type { Fault } from '#lib/fault.ts'
import { errorBytes } from '#mcp/messages.ts'

/**
 * A fault before or instead of an answer: its public sentence, as an id-less JSON-RPC error with the
 * status of its row. 401 says where a token can be had (RFC 9728 §5.1), 429 and 503 when to come back.
 * What was not read of the body is not worth reading: the connection closes.
 */
export const answerFault = (
  response: ServerResponse,
  fault: Fault,
  about: { resource: string; origin: string; ref?: string },
): void => {
  if (response.destroyed || response.writableEnded) return
  if (response.headersSent) {
    response.destroy()
    return
  }
  const { status, rpc, say } = fault.row
  const body = errorBytes(
    undefined,
    rpc,
    say,
    about.ref === undefined ? undefined : { ref: about.ref },
  )
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': body.length,
    ...faultHeaders(fault, about),
    ...(response.req.complete ? {} : { connection: 'close' }),
  })
  response.end(body)
}

/** What an answer to a fault says beside its status, in whatever form its body is. */
export const faultHeaders = (
  { code, row }: Fault,
  about: { resource: string; origin: string },
): Record<string, string> => ({
  'cache-control': 'no-store',
  ...(row.status === 401 && {
    'www-authenticate': unauthorizedChallenge(
      resourceMetadataUrl(about.origin, about.resource),
      code === 'bad_token',
    ),
  }),
  ...((row.status === 429 || row.status === 503) && { 'retry-after': '1' }),
})
