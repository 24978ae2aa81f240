import type { IncomingMessage, ServerResponse } from 'node:http'
import { faultHeaders } from '#gateway/answer.ts'
import { namesTag, tagOfBytes } from '#lib/etag.ts'
import { asFault } from '#lib/fault.ts'
import type { Log } from '#lib/log.ts'

/** What one caller is told is not for another, and may have changed when it is asked for again. */
const headers = { 'cache-control': 'private, no-cache', vary: 'authorization' }

/** JSON with an entity tag; 304 where the asker has it already (RFC 9110 §13.1.2). */
export const answerJson = (
  request: IncomingMessage,
  response: ServerResponse,
  value: unknown,
): void => {
  const body = Buffer.from(JSON.stringify(value))
  const etag = tagOfBytes(body)
  const known = request.headers['if-none-match']
  if (known !== undefined && namesTag(known, etag))
    return void response.writeHead(304, { ...headers, etag }).end()
  response.writeHead(200, {
    ...headers,
    etag,
    'content-type': 'application/json',
    'content-length': body.length,
  })
  response.end(request.method === 'HEAD' ? undefined : body)
}

/** Errors in the form of the registry API: `{ "error": sentence }`. */
export const answerError = (
  request: IncomingMessage,
  response: ServerResponse,
  thrown: unknown,
  about: { resource: string; origin: string; log: Log },
): void => {
  const fault = asFault(thrown)
  if (fault.code === 'internal')
    about.log.error('internal', {
      cause: String((fault.cause as Error | undefined)?.stack ?? fault.cause),
    })
  if (response.headersSent || response.destroyed) return void response.destroy()
  // What was wrong with the question is said to whoever asked it; nothing else of a fault is.
  const say = fault.code === 'usage' ? (fault.detail ?? fault.row.say) : fault.row.say
  const body = Buffer.from(JSON.stringify({ error: say }))
  response.writeHead(fault.row.status, {
    ...faultHeaders(fault, about),
    'content-type': 'application/json',
    'content-length': body.length,
    ...(fault.code === 'method_not_allowed' && { allow: methods.join(', ') }),
    ...(request.complete ? {} : { connection: 'close' }),
  })
  response.end(request.method === 'HEAD' ? undefined : body)
}

export const methods = ['GET', 'HEAD', 'OPTIONS'] as const
