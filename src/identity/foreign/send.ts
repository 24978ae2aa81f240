import type { Clock } from '#lib/clock.ts'
import { createEgress, type EgressHeaders, type EgressSink } from '#lib/egress/egress.ts'

export interface Answer {
  readonly status: number
  readonly headers: EgressHeaders
  readonly body: Buffer
}

/** What another issuer answers, or why it does not; never rejects, and never takes longer than `longestMs`. */
export type Send = (url: string, about?: Asking) => Promise<Answer | { readonly failed: string }>

interface Asking {
  readonly method: 'GET' | 'POST'
  readonly headers: readonly string[]
  readonly body: Uint8Array | undefined
}

const longestMs = 5000
const mostBytes = 512 * 1024

/**
 * By the one way outward, so no link-local address is asked and no redirect followed. Connections are
 * not kept: other issuers are asked rarely.
 */
export const createSend =
  (clock: Clock): Send =>
  async (url, { method, headers, body } = asking) => {
    const { origin, pathname, search } = new URL(url)
    const limits = { connections: 1, waiting: 1, connectTimeoutMs: longestMs }
    const egress = createEgress({ origin, clock, limits })
    try {
      return await new Promise((resolve) => {
        egress.send(
          {
            ...{ method, path: pathname + search, body },
            headers: [...headers, 'accept-encoding', 'identity'],
            ...{ silenceMs: longestMs, endMs: longestMs, isStream: false },
          },
          reading(resolve),
        )
      })
    } finally {
      await egress.close()
    }
  }

const asking: Asking = {
  method: 'GET',
  headers: ['accept', 'application/json'],
  body: undefined,
}

function reading(done: (answer: Answer | { failed: string }) => void): EgressSink {
  const chunks: Buffer[] = []
  let head: Omit<Answer, 'body'> | undefined
  return {
    head(status, headers) {
      head = { status, headers }
      const encoding = headers['content-encoding']
      if (encoding === undefined || encoding === 'identity') return mostBytes
      done({ failed: 'encoded its answer' })
      return 0
    },
    data(chunk) {
      chunks.push(chunk)
      return true
    },
    end: () => done(head ? { ...head, body: Buffer.concat(chunks) } : { failed: 'had no head' }),
    fail: (_, detail) => done({ failed: detail }),
  }
}
