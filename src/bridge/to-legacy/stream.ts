import type { Clock } from '#lib/clock.ts'
import type { Exchange, Outbound, Sink, Upstream } from '#upstream/upstream.ts'

/** Where a server does not say how long to wait before its stream is resumed. */
const retryMs = 1000
/** Resumed so often without a message in between: then it is broken. */
const mostEmpty = 20

type Fail = Parameters<Sink['fail']>

/**
 * The answer to one POST as a client of 2025-11-25 reads it: a server may close its stream early and
 * go on where `Last-Event-ID` says that it was left (transports §Resumability; SEP-1699).
 */
export const openResumable = (about: {
  upstream: Upstream
  clock: Pick<Clock, 'after'>
  first: Outbound
  /** What asks to go on behind that event. */
  resumption(lastEventId: string): Outbound
  /** Undefined: nobody listens any more. */
  head: Sink['head']
  message(bytes: Uint8Array): boolean
  /** It ended, and there is nothing to resume. */
  end(): void
  fail(...why: Fail): void
}): Exchange => {
  const { upstream, clock } = about
  let lastEventId: string | undefined
  let waitMs = retryMs
  let empty = 0
  let isOver = false
  let stopWaiting = () => {}
  let current: Exchange

  const sinkOf = (isFirst: boolean): Sink => {
    let isStream = isFirst
    return {
      head(head) {
        if (isFirst) about.head(head)
        else isStream = head.kind === 'events'
      },
      message(bytes, event) {
        if (isOver || !isStream) return true
        lastEventId = event?.id ?? lastEventId
        waitMs = event?.retryMs ?? waitMs
        if (bytes.length === 0) return true
        empty = 0
        return about.message(bytes)
      },
      end() {
        if (isOver) return
        if (lastEventId === undefined || !isStream || ++empty > mostEmpty) about.end()
        else resume(lastEventId)
      },
      fail: (...why) => {
        if (!isOver) about.fail(...why)
      },
    }
  }
  const resume = (from: string): void => {
    stopWaiting = clock.after(Math.min(waitMs, 60_000), () => {
      current = upstream.send(about.resumption(from), sinkOf(false))
    })
  }

  current = upstream.send(about.first, sinkOf(true))
  return {
    cancel(reason) {
      isOver = true
      stopWaiting()
      current.cancel(reason)
    },
    resume: () => current.resume(),
  }
}
