import type { Clock } from '#lib/clock.ts'
import { createEgress, type EgressSink } from '#lib/egress/egress.ts'

/** The bytes that stand at an https address; undefined where there are none, too many, or too late. */
export type FetchDocument = (url: URL) => Promise<Uint8Array | undefined>

const mostBytes = 16 * 1024
const silenceMs = 3000
const endMs = 5000
/** Whoever keeps us waiting keeps nobody else waiting. */
const limits = { connections: 2, waiting: 8, connectTimeoutMs: 3000 }

/** Through the one way outward, which follows no redirect and reaches no link-local address. */
export const createFetchDocument =
  (clock: Clock): FetchDocument =>
  async (url) => {
    const egress = createEgress({ origin: url.origin, clock, limits })
    try {
      return await new Promise((resolve) => {
        const chunks: Buffer[] = []
        const sink: EgressSink = {
          head(status) {
            if (status !== 200) resolve(undefined)
            return mostBytes
          },
          data(chunk) {
            chunks.push(chunk)
            return true
          },
          end: () => resolve(Buffer.concat(chunks)),
          fail: () => resolve(undefined),
        }
        egress.send(
          {
            ...{ method: 'GET', path: `${url.pathname}${url.search}`, body: undefined },
            headers: ['accept', 'application/json'],
            ...{ silenceMs, endMs, isStream: false },
          },
          sink,
        )
      })
    } finally {
      await egress.close()
    }
  }
