import type { Clock } from '#lib/clock.ts'
import { asFault } from '#lib/fault.ts'
import { type JsonDocument, readJson } from '#lib/json.ts'
import {
  type ErrorMessage,
  errorBytes,
  INTERNAL_ERROR,
  METHOD_NOT_FOUND,
  type NotificationMessage,
  type RequestMessage,
  type ResultMessage,
  readMessage,
} from '#mcp/messages.ts'
import { failCodeOf } from '#upstream/fail-code.ts'
import { saysUnknownSession } from '#upstream/http-sessions.ts'
import type { Behalf, Exchange, Outbound, Sink, Upstream } from '#upstream/upstream.ts'
import { modernAnswer } from './answer.ts'
import { type Askable, unaskable } from './capabilities.ts'
import { inSession } from './in-session.ts'
import type { Leg } from './leg.ts'
import { isAsVerbose, modernNotice } from './notice.ts'
import { legacyRequest } from './request.ts'
import {
  answerTo,
  declineOf,
  inputRequired,
  type Question,
  questionOf,
  refusalOf,
} from './round.ts'
import { headersOf, type LegacySession, type LegacySessions } from './sessions.ts'
import { openResumable } from './stream.ts'
import { unheard } from './unheard.ts'
import { urlElicitations } from './url-elicitation.ts'

/** A call of a modern caller at a legacy server, from its first message to its last. */
export interface LegacyCall {
  readonly caller: string
  /** What a retry answers: it goes on to the next round, or to the final message. */
  answer(leg: Leg, responses: ReadonlyMap<string, Uint8Array>): Exchange
  /** It is wanted no longer: what the server asks is declined, and it is told. */
  end(reason: string): void
}

/** The state of a call that its server wants sent again; see `url-elicitation.ts`. */
export const AGAIN = 'again'

/** What a server asks at once, it sends at once; so long is waited for the rest of a round. */
const gatherMs = 10

const answerLimits = { depth: 256, nodes: 5_000_000, inexactNumbers: 'keep' } as const

type Final = ResultMessage | ErrorMessage
type Fail = Parameters<Sink['fail']>

export const startCall = (about: {
  upstream: Upstream
  /** Undefined: a child process that all callers share, where nothing can be asked of a client. */
  sessions: LegacySessions | undefined
  clock: Clock
  /** Of JSON-RPC towards this server; no two of them are the same. */
  id: number
  doc: JsonDocument
  outbound: Outbound
  behalf: Behalf
  askable: Askable
  leg: Leg
  /** The state that finds it again; undefined where it may not wait. Called for each round. */
  park(call: LegacyCall): string | undefined
  /** It is over. */
  over(call: LegacyCall): void
}): { readonly call: LegacyCall; readonly exchange: Exchange } => {
  const { upstream, sessions, clock, outbound, behalf, askable } = about
  let leg: Leg | undefined = about.leg
  let session: LegacySession | undefined
  let stream: Exchange | undefined
  let isOver = false
  let isAgain = false
  /** What came when nobody listened: it is told with the next leg. */
  let kept: { doc: JsonDocument; message: Final } | { fail: Fail } | undefined
  let asked: Question[] = []
  let count = 0
  let stopGathering: (() => void) | undefined
  let stopTimer = () => {}
  let hold: (() => void) | undefined

  const messages = inSession(outbound, behalf)
  const tell = (body: Uint8Array): void =>
    void upstream.send(messages.beside(session, body), unheard)

  const settle = (): void => {
    isOver = true
    stopTimer()
    stopGathering?.()
    hold?.()
    if (session) sessions?.leave(session)
    about.over(call)
  }

  const finish = (doc: JsonDocument, message: Final): void => {
    if (!leg) {
      kept = { doc, message }
      return
    }
    const { id, method, uri } = leg
    // In the legacy era that error is the answer, and its caller knows when to call again.
    const { era } = behalf
    const mayBeUrls = era === 'modern' && message.kind === 'error'
    const again = mayBeUrls ? urlElicitations(message) : undefined
    const mayAsk = again && unaskable(askable, 'elicitation/create', { mode: 'url' }) === undefined
    const serverInfo = session?.serverInfo ?? serverInfoOf(upstream)
    const bytes = mayAsk
      ? inputRequired(id, again, AGAIN)
      : modernAnswer({ id, method, era, uri, serverInfo }, doc, message)
    const isUnknown = message.kind === 'error' && message.error.code === METHOD_NOT_FOUND
    const to = leg
    leg = undefined
    settle()
    to.finish(bytes, isUnknown ? 404 : 200)
  }
  const fail = (...why: Fail): void => {
    if (isOver) return
    if (!leg) {
      kept = { fail: why }
      return
    }
    const to = leg
    leg = undefined
    settle()
    to.fail(...why)
  }

  /** The caller is told what the server asks; the server's stream stays open. */
  const giveOut = (): void => {
    stopGathering = undefined
    if (!leg || asked.length === 0 || isOver) return
    stopTimer()
    const state = about.park(call)
    const to = leg
    leg = undefined
    if (state === undefined) {
      end('too many calls wait for their callers')
      const id = JSON.parse(to.id) as string | number
      to.finish(errorBytes(id, INTERNAL_ERROR, 'Too many calls wait for answers already'))
      return
    }
    hold ??= behalf.outlive((code) => end(`${code} by the gateway`))
    to.finish(inputRequired(to.id, asked, state))
  }
  const hearQuestion = (doc: JsonDocument, message: RequestMessage): void => {
    const key = `request-${++count}`
    const question = questionOf(doc, message, key)
    const code = unaskable(askable, message.method, message.params ?? {})
    if (message.method === 'ping') tell(answerTo(question, Buffer.from('{}')))
    else if (code !== undefined)
      tell(refusalOf(question.id, code, 'The client cannot be asked this'))
    else hearAsked(question)
  }
  const hearAsked = (question: Question): void => {
    asked.push(question)
    if (leg) stopGathering ??= clock.after(gatherMs, giveOut)
  }
  const hearNotice = (doc: JsonDocument, message: NotificationMessage): boolean => {
    if (message.method === 'notifications/cancelled') {
      const id = JSON.stringify(message.params?.requestId)
      asked = asked.filter((one) => one.id !== id)
      return true
    }
    const bytes = leg && modernNotice({ ...leg, token: about.id }, doc, message)
    return !leg || !bytes || leg.notice(bytes)
  }

  const hear = (bytes: Uint8Array): boolean => {
    const doc = read(bytes)
    const message = doc && readMessage(doc)
    if (!doc || !message || isOver) return true
    switch (message.kind) {
      case 'request':
        hearQuestion(doc, message)
        return true
      case 'notification':
        return hearNotice(doc, message)
      case 'result':
      case 'error':
        if (message.id === undefined || message.id === about.id) finish(doc, message)
        return true
      default:
        return true
    }
  }

  const send = (): void => {
    let status = 0
    stream = openResumable({
      upstream,
      clock,
      first: messages.request(
        session,
        legacyRequest(about.doc, outbound.method, about.id),
        about.id,
      ),
      resumption: (from) => messages.resumption(session, from),
      head(head) {
        status = head.status
        if (status === 404) startAgain()
      },
      message(bytes) {
        if (status === 400 && saysUnknownSession(bytes) && startAgain()) return true
        return hear(bytes)
      },
      end() {
        if (!isOver && !kept) fail('upstream_broken', `${upstream.server} ended without an answer`)
      },
      fail,
    })
  }
  /** Refused before it was looked at, so it may go out once more (2025-11-25, transports §Session Management). */
  const startAgain = (): boolean => {
    if (isAgain || session?.id === undefined || isOver) return false
    isAgain = true
    stream?.cancel('the session is unknown')
    sessions?.forget(session)
    session = undefined
    queueMicrotask(start)
    return true
  }
  const level = async (opened: LegacySession): Promise<void> => {
    const wanted = about.leg.logLevel
    if (wanted === undefined || opened.capabilities.logging === undefined) return
    if (isAsVerbose(opened.level, wanted)) return
    opened.level = wanted
    await sessions?.ask({
      era: 'legacy',
      method: 'logging/setLevel',
      params: { level: wanted },
      headers: headersOf(opened),
      loan: behalf.loan,
      timeoutMs: outbound.timeoutMs,
    })
  }
  const start = async (): Promise<void> => {
    try {
      const { caller, loan } = behalf
      session = await sessions?.enter({ caller, loan, askable, timeoutMs: outbound.timeoutMs })
      if (session) await level(session)
    } catch (thrown) {
      const { detail } = asFault(thrown)
      return fail(failCodeOf(thrown), detail ?? `${upstream.server} opened no session`, thrown)
    }
    if (isOver) {
      if (session) sessions?.leave(session)
      return
    }
    send()
  }

  const end = (reason: string): void => {
    if (isOver) return
    const to = leg
    leg = undefined
    for (const question of asked) tell(declineOf(question))
    if (session && stream && !kept) {
      const params = { requestId: about.id, reason }
      tell(
        Buffer.from(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params })),
      )
    }
    stream?.cancel(reason)
    settle()
    to?.fail('upstream_unreachable', `${upstream.server}: ${reason}`)
  }
  const watch = (): void => {
    if (outbound.endMs === Number.POSITIVE_INFINITY) return
    stopTimer = clock.after(outbound.endMs, () => {
      const to = leg
      leg = undefined
      end('timeout')
      to?.fail('upstream_timeout', `${upstream.server} did not answer within ${outbound.endMs} ms`)
    })
  }
  const exchange: Exchange = {
    cancel(reason) {
      leg = undefined
      end(reason)
    },
    resume: () => stream?.resume(),
  }

  const call: LegacyCall = {
    caller: behalf.caller,
    end,
    answer(next, responses) {
      leg = next
      watch()
      const answered = asked.filter(({ key }) => responses.has(key))
      asked = asked.filter((one) => !answered.includes(one))
      for (const one of answered) tell(answerTo(one, responses.get(one.key) as Uint8Array))
      // In the next turn: nothing is heard before this has returned.
      queueMicrotask(() => {
        if (kept && 'fail' in kept) fail(...kept.fail)
        else if (kept) finish(kept.doc, kept.message)
        // What was not answered is asked again (basic/patterns/mrtr §Server Behavior).
        else if (asked.length > 0) giveOut()
      })
      return exchange
    },
  }
  watch()
  void start()
  return { call, exchange }
}

const read = (bytes: Uint8Array): JsonDocument | undefined => {
  try {
    return readJson(bytes, answerLimits)
  } catch {
    return undefined
  }
}

const serverInfoOf = ({ greeting }: Upstream): string | undefined => {
  const { serverInfo } = greeting.initialize ?? {}
  return typeof serverInfo === 'object' && serverInfo !== null
    ? JSON.stringify(serverInfo)
    : undefined
}
