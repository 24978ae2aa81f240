import { isWrapped } from '#bridge/to-modern/schema.ts'
import type { Capability } from '#domain/capability.ts'
import type { PlaneId } from '#domain/name.ts'
import { Fault } from '#lib/fault.ts'
import type { JsonDocument } from '#lib/json.ts'
import { UNKNOWN_SPEAKER } from '#mcp/speaker.ts'
import type { PlaneSnapshot } from '#policy/compile.ts'
import type { Carried, Subscriptions } from '#upstream/carried.ts'
import type { Ask, Caller, Exchange, Session } from './exchange.ts'
import { mirroredBy } from './mirrored.ts'
import type { SessionNotes } from './session-notes.ts'
import { permit, subscription } from './target.ts'

/** What a bridge to the modern era has to know of a legacy message beside its bytes. */
export interface Carry {
  /** Throws Fault unknown_session for one that was opened at a server of the other era: this one does not know it. */
  check(session: Session): void
  /** Of a call; `doc` where its bytes go out as they came. */
  call(exchange: Exchange, caller: Caller, ask: Ask, about: Called): Carried
  /** Whether the caller may be told of that resource, by what is in force now. */
  mayRead(exchange: Exchange, caller: Caller, uri: string): boolean
  /** Of a session's own stream. */
  stream(exchange: Exchange, caller: Caller, session: Session): Carried
}

interface Called {
  readonly capability: Capability
  readonly doc: JsonDocument | undefined
}

export const createCarry = (parts: {
  notes: SessionNotes
  snapshot(plane: PlaneId): PlaneSnapshot
  now(): number
}): Carry => {
  const { notes } = parts

  const mayRead: Carry['mayRead'] = ({ plane, server = '' }, { view }, uri) => {
    const now = parts.snapshot(plane).caller(view.who)
    return now !== undefined && permit(now, subscription(server, uri), parts.now()).permitted
  }
  const subscriptions = (
    exchange: Exchange,
    caller: Caller,
    session: Session,
    { plane } = exchange,
  ): Subscriptions => ({
    list: () => notes.subscriptions(plane, session).filter((uri) => mayRead(exchange, caller, uri)),
    add: (uri) => notes.subscribe(plane, session, uri),
    remove: (uri) => notes.unsubscribe(plane, session, uri),
    onChange: (listener) => notes.onChange(session, listener),
  })

  const check = ({ upstreamId }: Session): void => {
    if (upstreamId !== '') throw new Fault('unknown_session')
  }
  const about = (exchange: Exchange, caller: Caller, session: Session) => ({
    revision: session.revision,
    speaker: session.speaker ?? UNKNOWN_SPEAKER,
    logLevel: notes.logLevel(exchange.plane, session),
    subscriptions: subscriptions(exchange, caller, session),
  })

  return {
    check,
    mayRead,
    call(exchange, caller, ask, { capability, doc }) {
      if (!ask.session) throw new Fault('missing_session')
      const { definition } = capability
      const tool =
        ask.method === 'tools/call'
          ? { mirrored: mirroredBy(capability), isWrapped: isWrapped(definition) }
          : undefined
      return { ...about(exchange, caller, ask.session), doc, tool, answers: ask.answers }
    },
    stream(exchange, caller, session) {
      check(session)
      const nothing = { doc: undefined, tool: undefined, answers: undefined }
      return { ...about(exchange, caller, session), ...nothing }
    },
  }
}
