import type { Send } from './send.ts'

/** The bytes at an address, or why there are none; never rejects, and takes no longer than `Send`. */
export type Fetch = (url: string) => Promise<Buffer | { readonly failed: string }>

/** For the few documents of other issuers: only 200 counts. */
export const createFetch =
  (send: Send): Fetch =>
  async (url) => {
    const answer = await send(url)
    if ('failed' in answer) return answer
    return answer.status === 200 ? answer.body : { failed: `answered ${answer.status}` }
  }
