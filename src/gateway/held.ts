import type { Clock } from '#lib/clock.ts'
import { readJson } from '#lib/json.ts'
import { type NotificationMessage, readMessage } from '#mcp/messages.ts'
import type { Outbound, Upstream, Exchange as UpstreamExchange } from '#upstream/upstream.ts'
import { answerLimits } from './forward.ts'

const firstRetryMs = 1000
const longestRetryMs = 60_000

/** A server's stream of notices that is held open: where the server ends it, another is opened, after a while. */
export const holdStream = (about: {
  clock: Pick<Clock, 'after'>
  upstream: Upstream
  /** Undefined where the server may not be asked any more. */
  outbound(): Outbound | undefined
  hear(notice: NotificationMessage, bytes: Uint8Array): void
  /** It ended, or could not be opened: whether another is wanted. */
  ended(): boolean
}): { close(): void } => {
  let stream: UpstreamExchange | undefined
  let retryMs = firstRetryMs
  let isClosed = false
  let cancelRetry = () => {}

  const over = (): void => {
    stream = undefined
    if (isClosed || !about.ended() || isClosed) return
    cancelRetry = about.clock.after(retryMs, open)
    retryMs = Math.min(retryMs * 2, longestRetryMs)
  }
  const open = (): void => {
    const outbound = about.outbound()
    if (!outbound) {
      about.ended()
      return
    }
    stream = about.upstream.send(outbound, {
      head() {},
      message(bytes) {
        const notice = noticeIn(bytes)
        if (isClosed || !notice) return true
        if (notice.method === 'notifications/subscriptions/acknowledged') retryMs = firstRetryMs
        about.hear(notice, bytes)
        return true
      },
      end: over,
      fail: over,
    })
  }
  open()
  return {
    close() {
      isClosed = true
      cancelRetry()
      stream?.cancel('nobody listens any more')
    },
  }
}

const noticeIn = (bytes: Uint8Array): NotificationMessage | undefined => {
  if (bytes.length === 0) return undefined
  try {
    const message = readMessage(readJson(bytes, answerLimits))
    return message.kind === 'notification' ? message : undefined
  } catch {
    return undefined
  }
}
