import { createServer, type RequestListener, request } from 'node:http'
import { duplexPair } from 'node:stream'

/**
 * One form, sent to a handler of this process as any program would send it: by HTTP, and over no port.
 * For a library that answers requests alone, so that what is asked within takes the same way and the
 * same checks. Rejects where the handler hangs up.
 */
export const postWithin = (
  handler: RequestListener,
  about: {
    readonly path: string
    readonly headers: Readonly<Record<string, string>>
    readonly form: Readonly<Record<string, string>>
  },
): Promise<{ readonly status: number; readonly text: string }> =>
  new Promise((resolve, reject) => {
    const [near, far] = duplexPair()
    createServer(handler).emit('connection', far)
    const body = new URLSearchParams(about.form).toString()
    const headers = {
      ...about.headers,
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': Buffer.byteLength(body),
      connection: 'close',
    }
    const sent = request(
      { method: 'POST', path: about.path, headers, createConnection: () => near },
      async (response) => {
        try {
          const chunks = await response.toArray()
          const text = Buffer.concat(chunks).toString()
          resolve({ status: response.statusCode ?? 0, text })
        } catch (thrown) {
          reject(thrown)
        }
      },
    )
    sent.once('error', reject)
    sent.end(body)
  })
