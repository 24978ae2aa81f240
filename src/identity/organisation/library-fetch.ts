import type { CustomFetch } from 'openid-client'
import type { Send } from '../foreign/send.ts'

/** What the library sends goes by the one way outward; what does not come back is an error of the network. */
export const createLibraryFetch =
  (send: Send): CustomFetch =>
  async (url, { method, headers, body }) => {
    const named = Object.entries(headers).flat()
    const answer =
      method === 'POST'
        ? await send(url, { method, headers: named, body: bytesOf(body) })
        : await send(url)
    if ('failed' in answer) throw new TypeError(answer.failed)
    const type = answer.headers['content-type']
    return new Response(new Uint8Array(answer.body), {
      status: answer.status,
      headers: typeof type === 'string' ? { 'content-type': type } : {},
    })
  }

/** It sends forms alone. */
const bytesOf = (body: unknown): Uint8Array =>
  Buffer.from(body instanceof URLSearchParams || typeof body === 'string' ? `${body}` : '')
