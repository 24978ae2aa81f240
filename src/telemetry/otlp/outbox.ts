import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace'
import type { Clock } from '#lib/clock.ts'
import type { Families } from '../families.ts'

/** What a group is bounded by: a collector refuses what is too large. */
const atOnce = 512

/**
 * Spans on their way to the collector. A call only puts its spans here: one that is slow or away costs
 * calls nothing, for the queue is bounded, and what does not fit is dropped and counted.
 */
export const createOutbox = (about: {
  most: number
  everyMs: number
  clock: Clock
  spans: Families['spans']
  send(spans: readonly ReadableSpan[]): Promise<boolean>
}): SpanProcessor => {
  const { most, everyMs, clock, spans } = about
  let queue: ReadableSpan[] = []
  let sending: Promise<void> | undefined
  let cancel: (() => void) | undefined
  let isClosed = false

  const drain = async (): Promise<void> => {
    while (queue.length > 0) {
      const group = queue.slice(0, atOnce)
      queue = queue.slice(atOnce)
      const isTaken = await about.send(group)
      spans.of(isTaken ? 'exported' : 'failed').value += group.length
      // Whoever did not take this will not take the rest now.
      if (!isTaken) return
    }
  }
  const flush = (): Promise<void> => {
    cancel?.()
    cancel = undefined
    sending ??= drain().finally(() => {
      sending = undefined
      if (queue.length > 0 && !isClosed) arm()
    })
    return sending
  }
  const arm = (): void => {
    cancel ??= clock.after(everyMs, () => void flush())
  }

  return {
    onStart() {},
    onEnd(span) {
      if (isClosed || queue.length >= most) {
        spans.of('dropped').value++
        return
      }
      queue.push(span)
      if (queue.length >= atOnce && !sending) void flush()
      else arm()
    },
    forceFlush: flush,
    async shutdown() {
      isClosed = true
      await flush()
      spans.of('dropped').value += queue.length
      queue = []
    },
  }
}
