import type { Clock } from '#lib/clock.ts'
import { createEgress, type EgressSink } from '#lib/egress.ts'

/** The bytes at an address, or why there are none; never rejects, and never takes longer than `longestMs`. */
export type Fetch = (url: string) => Promise<Buffer | { readonly failed: string }>

const longestMs = 5000
const mostBytes = 512 * 1024

/**
 * For the few documents of other issuers: by the one way outward, so no link-local address is asked
 * and no redirect followed. Only 200 counts; connections are not kept.
 */
export const createFetch =
  (clock: Clock): Fetch =>
  async (url) => {
    const { origin, pathname, search } = new URL(url)
    const limits = { connections: 1, waiting: 1, connectTimeoutMs: longestMs }
    const egress = createEgress({ origin, clock, limits })
    try {
      return await new Promise((resolve) => {
        egress.send(
          {
            method: 'GET',
            path: pathname + search,
            headers: ['accept', 'application/json', 'accept-encoding', 'identity'],
            body: undefined,
            silenceMs: longestMs,
            endMs: longestMs,
            isStream: false,
          },
          reading(resolve),
        )
      })
    } finally {
      await egress.close()
    }
  }

function reading(done: (answer: Buffer | { failed: string }) => void): EgressSink {
  const chunks: Buffer[] = []
  let refused: string | undefined
  return {
    head(status, headers) {
      const encoding = headers['content-encoding']
      if (status !== 200) refused = `answered ${status}`
      else if (encoding !== undefined && encoding !== 'identity') refused = 'encoded its answer'
      if (refused === undefined) return mostBytes
      done({ failed: refused })
      return 0
    },
    data(chunk) {
      if (refused === undefined) chunks.push(chunk)
      return true
    },
    end: () => done(refused === undefined ? Buffer.concat(chunks) : { failed: refused }),
    fail: (_, detail) => done({ failed: detail }),
  }
}
