import { Fault } from '#lib/fault.ts'
import type { Outbound, Upstream } from '#upstream/upstream.ts'

/** Sends what nobody reads the answer of; its status, or that of what went wrong. Never rejects. */
export const deliver = (upstream: Upstream, out: Outbound): Promise<number> =>
  new Promise((resolve) => {
    let status = 202
    upstream.send(out, {
      head(head) {
        status = head.status
      },
      message: () => true,
      end: () => resolve(status),
      fail: (code) => resolve(new Fault(code).row.status),
    })
  })
