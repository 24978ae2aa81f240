import { faults } from '#lib/fault.ts'
import { errorBytes, INVALID_REQUEST, type RequestId } from '#mcp/messages.ts'
import { type Awaited, answerOpen, tellFault } from './relay.ts'

/** Requests under way at once; more are refused, since holding back the pipe could hold back an answer. */
const limit = 1024

export interface Request {
  readonly ids: readonly RequestId[]
  readonly era: 'modern' | 'legacy'
  /** Stays open for as long as the client does. */
  readonly isListen: boolean
  /** Sends it and hands on what comes back; answers the HTTP status. */
  run(awaited: Awaited, signal: AbortSignal): Promise<number>
}

export interface UnderWay {
  /** Runs a request or a batch to its end; afterwards every id of it has been answered, or cancelled. */
  answer(request: Request): Promise<void>
  eraOf(id: RequestId): Request['era'] | undefined
  cancel(id: RequestId): void
  cancelAll(which: 'listens' | 'all'): void
}

export const createUnderWay = (write: (message: Buffer) => void): UnderWay => {
  const running = new Map<RequestId, { request: Request; abort: AbortController }>()
  return {
    async answer(request) {
      const { ids } = request
      const awaited: Awaited = { open: new Set(ids) }
      const busy = ids.find((id) => running.has(id))
      if (busy !== undefined) return write(errorBytes(busy, INVALID_REQUEST, 'The id is in use.'))
      if (running.size >= limit)
        return answerOpen(awaited, faults.flood.say, write, faults.flood.rpc)
      const abort = new AbortController()
      for (const id of ids) running.set(id, { request, abort })
      try {
        const status = await request.run(awaited, abort.signal)
        if (!abort.signal.aborted)
          answerOpen(awaited, `The gateway ended the answer (HTTP ${status}).`, write)
      } catch (thrown) {
        const { code, text } = tellFault(thrown)
        if (!abort.signal.aborted) answerOpen(awaited, text, write, code)
      } finally {
        for (const id of ids) running.delete(id)
      }
    },
    eraOf: (id) => running.get(id)?.request.era,
    cancel: (id) => running.get(id)?.abort.abort(),
    cancelAll(which) {
      for (const { request, abort } of running.values())
        if (which === 'all' || request.isListen) abort.abort()
    },
  }
}
