import { setTimeout as wait } from 'node:timers/promises'
import { asFault } from '#lib/fault.ts'
import type { Message } from '#mcp/messages.ts'
import type { Answer, Asked } from './exchange.ts'
import { type Awaited, accepts, drain, type Place, relay } from './relay.ts'

/**
 * The legacy side of the bridge (MCP 2025-11-25, basic/transports §Session Management): one session
 * over HTTP for the client on the pipe. A session that the gateway no longer knows is opened again
 * with what the client said first, so that the client need not notice.
 */
export interface Session {
  readonly isOpen: boolean
  /** A request or batch: `begin` gets what sends it, in its turn, and hands on what comes back. */
  ask(method: string, begin: (run: (line: Buffer) => Run) => Promise<void>): Promise<void>
  /** Notifications and answers keep their order, and what comes later waits until they have arrived. */
  tell(line: Buffer, method: string): Promise<void>
  close(): Promise<void>
}

type Run = (awaited: Awaited, signal: AbortSignal) => Promise<number>

/** How often a stream is taken up again without anything new in it. */
const resumeLimit = 5
const defaultRetryMs = 1000
const slowestRetryMs = 30_000
const closeTimeoutMs = 1000

export const createSession = ({
  send,
  write,
  say,
  ended,
}: {
  send: (asked: Asked) => Promise<Answer>
  write: (line: Buffer) => void
  say: (text: string) => void
  ended: AbortSignal
}): Session => {
  let opening: Buffer | undefined
  let ready: Buffer | undefined
  let headers: Readonly<Record<string, string>> = {}
  let reopening: Promise<boolean> | undefined
  let listening: AbortController | undefined
  /** What has to be there before later messages are sent. */
  let gate: Promise<unknown> = Promise.resolve()

  const post = (line: Buffer, signal: AbortSignal): Promise<Answer> =>
    send({ method: 'POST', headers: { ...accepts, ...headers }, body: line, signal })

  /** A session that is gone is opened again, once for all who find out. */
  const postAgain = async (line: Buffer, signal: AbortSignal): Promise<Answer> => {
    const used = headers
    const answer = await post(line, signal)
    if (answer.status !== 404 || used['mcp-session-id'] === undefined) return answer
    if (headers === used) {
      reopening ??= reopen(signal).finally(() => {
        reopening = undefined
      })
    }
    if ((await reopening) === false) return answer
    await drain(answer)
    return await post(line, signal)
  }

  const reopen = async (signal: AbortSignal): Promise<boolean> => {
    if (!opening) return false
    say('The gateway no longer knows the session; opening it again.')
    headers = {}
    const awaited: Awaited = { open: new Set(), hear: keepRevision }
    const answer = await post(opening, signal)
    const sessionId = answer.headers['mcp-session-id']
    await relay(answer, awaited, () => {})
    if (answer.status !== 200) return false
    keepId(sessionId)
    if (ready) await beReady(ready, signal)
    return true
  }

  const keepId = (id: string | string[] | undefined): void => {
    if (typeof id === 'string') headers = { ...headers, 'mcp-session-id': id }
  }

  const keepRevision = (message: Message): void => {
    if (message.kind !== 'result' || typeof message.result.protocolVersion !== 'string') return
    headers = { ...headers, 'mcp-protocol-version': message.result.protocolVersion }
  }

  const beReady = async (line: Buffer, signal: AbortSignal): Promise<void> => {
    await drain(await post(line, signal))
    listening?.abort()
    listening = new AbortController()
    listen(listening.signal).catch(() => {})
  }

  /** GET is optional for a server: 405 says that it has no messages of its own. */
  const listen = async (signal: AbortSignal): Promise<void> => {
    const place: Place = { lastEventId: undefined, retryMs: undefined }
    for (let failures = 0; !signal.aborted; ) {
      const answer = await openStream(place, signal).catch(() => undefined)
      if (answer?.status === 200) {
        failures = 0
        await relay(answer, { open: new Set() }, write, place).catch(() => {})
      } else if (answer && answer.status < 500 && answer.status !== 429) return await drain(answer)
      else failures++
      const pause = (place.retryMs ?? defaultRetryMs) * 2 ** Math.min(failures, 5)
      await wait(Math.min(pause, slowestRetryMs), undefined, { signal })
    }
  }

  const openStream = ({ lastEventId }: Place, signal: AbortSignal): Promise<Answer> =>
    send({
      method: 'GET',
      headers: {
        accept: 'text/event-stream',
        ...headers,
        ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
      },
      signal,
    })

  /** MCP 2025-11-25, basic/transports §Resumability: the server may close a stream and be polled. */
  const resume = async (awaited: Awaited, place: Place, signal: AbortSignal): Promise<void> => {
    for (let tries = 0; tries < resumeLimit && awaited.open.size > 0; tries++) {
      if (place.lastEventId === undefined) return
      const before = place.lastEventId
      await wait(place.retryMs ?? defaultRetryMs, undefined, { signal })
      const answer = await openStream(place, signal)
      if (answer.status !== 200) return await drain(answer)
      await relay(answer, awaited, write, place)
      if (place.lastEventId !== before) tries = 0
    }
  }

  const exchange = async (
    answer: Answer,
    awaited: Awaited,
    signal: AbortSignal,
  ): Promise<number> => {
    const place: Place = { lastEventId: undefined, retryMs: undefined }
    await relay(answer, awaited, write, place)
    if (answer.status === 200) await resume(awaited, place, signal)
    return answer.status
  }

  const initialize = async (
    line: Buffer,
    awaited: Awaited,
    signal: AbortSignal,
  ): Promise<number> => {
    headers = {}
    const answer = await post(line, signal)
    keepId(answer.headers['mcp-session-id'])
    return await exchange(answer, { ...awaited, hear: keepRevision }, signal)
  }

  const runner =
    (method: string, before: Promise<unknown>) =>
    (line: Buffer): Run => {
      if (method === 'initialize') opening = line
      return async (awaited, signal) => {
        await before
        if (method === 'initialize') return await initialize(line, awaited, signal)
        return await exchange(await postAgain(line, signal), awaited, signal)
      }
    }

  return {
    get isOpen() {
      return opening !== undefined
    },
    ask(method, begin) {
      const done = begin(runner(method, gate))
      if (method === 'initialize') gate = done
      return done
    },
    async tell(line, method) {
      const done = gate.then(async () => {
        if (method !== 'notifications/initialized') return await drain(await postAgain(line, ended))
        ready = line
        await beReady(line, ended)
      })
      gate = done.catch(() => {})
      await done
    },
    async close() {
      listening?.abort()
      if (headers['mcp-session-id'] === undefined) return
      const signal = AbortSignal.timeout(closeTimeoutMs)
      await send({ method: 'DELETE', headers, signal }).then(drain, (thrown: unknown) =>
        say(`The session was not ended: ${asFault(thrown).message}`),
      )
    },
  }
}
