import type { FailCode } from './http-exchange.ts'
import type { Exchange, Outbound, Sink } from './upstream.ts'

/** An exchange that fails without anything being sent, heard after `send` has returned. */
export function failSoon(sink: Sink, code: FailCode, detail: string): Exchange {
  return soon(() => sink.fail(code, detail))
}

/**
 * What a shared process is not told: a request is answered as an unknown method, anything else is
 * taken and forgotten, and there is neither a stream nor a session to open or to end.
 */
export function answerLocally({ httpMethod, id, era }: Outbound, sink: Sink): Exchange {
  const about = { sessionId: undefined, headers: [] }
  return soon(() => {
    if (httpMethod !== 'POST') sink.head({ ...about, status: 405, kind: 'none' })
    else if (id === undefined) sink.head({ ...about, status: 202, kind: 'none' })
    else {
      sink.head({ ...about, status: era === 'modern' ? 404 : 200, kind: 'json' })
      sink.message(
        Buffer.from(
          `{"jsonrpc":"2.0","id":${id},"error":{"code":-32601,"message":"Method not found"}}`,
        ),
      )
    }
    sink.end()
  })
}

/** What is heard after `send` has returned, and not at all where it is cancelled before. */
export function soon(act: () => void): Exchange {
  let isCancelled = false
  queueMicrotask(() => {
    if (!isCancelled) act()
  })
  return {
    cancel() {
      isCancelled = true
    },
    resume() {},
  }
}
