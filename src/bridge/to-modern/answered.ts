import { errorBytes, METHOD_NOT_FOUND, type RequestId } from '#mcp/messages.ts'
import { soon } from '#upstream/locally.ts'
import type { Exchange, Outbound, Sink } from '#upstream/upstream.ts'

/** What a legacy server would say, said by the bridge: heard after `send` has returned. */

const head = { sessionId: undefined, headers: [] }

/** 202: nothing is answered to it. */
export const taken = (sink: Sink): Exchange => soon(() => finish(sink, 202))

/** 405: there is no such stream (2025-11-25, transports §Listening for Messages). */
export const streamless = (sink: Sink): Exchange => soon(() => finish(sink, 405))

export const unknown = ({ id }: Outbound, sink: Sink): Exchange =>
  soon(() => answer(sink, errorBytes(idOf(id), METHOD_NOT_FOUND, 'Method not found')))

export const answer = (sink: Sink, bytes: Uint8Array): void => {
  sink.head({ ...head, status: 200, kind: 'json' })
  sink.message(bytes)
  sink.end()
}

export const idOf = (id: string | undefined): RequestId => JSON.parse(id ?? '0')

const finish = (sink: Sink, status: number): void => {
  sink.head({ ...head, status, kind: 'none' })
  sink.end()
}
