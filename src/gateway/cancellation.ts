import type { Outbound } from '#upstream/upstream.ts'

/**
 * Tells a server that a request it was sent is wanted no longer (2025-11-25, basic/utilities/
 * cancellation): over HTTP a closed stream says nothing in that era, and in the modern one everything.
 */
export const cancellationOf = (sent: Outbound, reason: string): Outbound => {
  const params = { requestId: JSON.parse(sent.id ?? 'null'), reason }
  const method = 'notifications/cancelled'
  const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', method, params }))
  return { ...besideOf(sent, body), method }
}

/** What is said to a server beside a request that it was sent, in the same session. */
export const besideOf = (sent: Outbound, body: Uint8Array): Outbound => {
  const { idSpan: _id, progressTokenSpan: _progress, ...rest } = sent
  return { ...rest, body, id: undefined, method: '', endMs: sent.timeoutMs }
}

/** For what is told to a server and needs no answer. */
export const unheard = { head() {}, message: () => true, end() {}, fail() {} }
