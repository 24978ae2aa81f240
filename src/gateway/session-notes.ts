import { hash } from 'node:crypto'
import type { PlaneId } from '#domain/name.ts'
import { asFault } from '#lib/fault.ts'
import type { Log } from '#lib/log.ts'
import type { SessionNoteRows } from '#store/store.ts'
import type { Keyring } from '#vault/vault.ts'
import type { Session } from './exchange.ts'

/**
 * What a legacy session asked for since it began, which its sealed id cannot hold: the level of its log
 * messages, and the resources that it subscribed to. In force here when it is kept, and at other
 * processes when they have heard of it. The store sees digests and what is sealed: a URI may name a person.
 */
export interface SessionNotes {
  logLevel(plane: PlaneId, session: Session): string | undefined
  setLogLevel(plane: PlaneId, session: Session, level: string): Promise<void>
  subscriptions(plane: PlaneId, session: Session): string[]
  /** Resolves with the problem where there is no room for it. */
  subscribe(
    plane: PlaneId,
    session: Session,
    uri: string,
  ): Promise<{ readonly problem: string } | undefined>
  unsubscribe(plane: PlaneId, session: Session, uri: string): Promise<void>
  /** Hears, and is waited for, when its subscriptions are others; the answer ends that. */
  onChange(session: Session, listener: () => Promise<void>): () => void
  /** Takes in what other processes have noted; for `Store.onWake`. */
  follow(): Promise<void>
}

/** Of one session. */
const mostSubscriptions = 50
const mostUriBytes = 2048
/** A transaction can become visible so much later than its time says. */
const overlapMs = 10_000

const LOG_LEVEL = 'log level'

/** Remembers at most `most` notes: then those of the session that was last noted of longest ago go. */
export const createSessionNotes = (parts: {
  rows: SessionNoteRows
  keyring: Keyring
  most: number
  log: Log
}): SessionNotes => {
  const { rows, keyring, most, log } = parts
  /** By session and by name, sealed: most of what other processes note is never asked for here. */
  const noted = new Map<string, Map<string, string>>()
  const listeners = new Map<string, Set<() => Promise<void>>>()
  let notes = 0
  /** What was noted here since the look that is under way began: what it finds of that may be older. */
  let newer: Set<string> | undefined
  let heardMs = 0

  const sealer = (plane: PlaneId) => keyring.sealer(plane, 'session')
  const remember = (session: string, name: string, note: string): boolean => {
    const its = noted.get(session) ?? new Map<string, string>()
    if ((its.get(name) ?? '') === note) return false
    notes -= its.size
    if (note === '') its.delete(name)
    else its.set(name, note)
    noted.delete(session)
    if (its.size > 0) noted.set(session, its)
    notes += its.size
    const [oldest] = noted
    if (notes > most && oldest) {
      noted.delete(oldest[0])
      notes -= oldest[1].size
    }
    return true
  }
  const tell = (session: string): Promise<unknown> =>
    Promise.all([...(listeners.get(session) ?? [])].map((listener) => listener()))

  const open = (plane: PlaneId, session: string, name: string): string | undefined => {
    const note = noted.get(session)?.get(name)
    const sealed = note === undefined ? undefined : Buffer.from(note, 'base64url')
    return sealed && sealer(plane).open(sealed, `${session} ${name}`)?.toString()
  }
  const put = async (
    plane: PlaneId,
    session: string,
    name: string,
    text: string,
  ): Promise<void> => {
    const sealed = text && sealer(plane).seal(Buffer.from(text), `${session} ${name}`)
    const note = sealed ? sealed.toString('base64url') : ''
    try {
      await rows.put({ session, name, note })
    } catch (thrown) {
      log.warn('session.unkept', { sessions: 1, code: asFault(thrown).code })
      throw thrown
    }
    remember(session, name, note)
    newer?.add(`${session} ${name}`)
    await tell(session)
  }
  const uris = (plane: PlaneId, session: string): string[] =>
    [...(noted.get(session)?.keys() ?? [])]
      .filter((name) => name !== LOG_LEVEL)
      .flatMap((name) => open(plane, session, name) ?? [])

  return {
    logLevel: (plane, session) =>
      noted.size === 0 ? undefined : open(plane, digest(session.id), LOG_LEVEL),
    setLogLevel: (plane, session, level) => put(plane, digest(session.id), LOG_LEVEL, level),
    subscriptions: (plane, session) => uris(plane, digest(session.id)),
    async subscribe(plane, session, uri) {
      const its = digest(session.id)
      const known = uris(plane, its)
      if (known.includes(uri)) return undefined
      if (known.length >= mostSubscriptions)
        return { problem: `A session has at most ${mostSubscriptions} subscriptions` }
      if (Buffer.byteLength(uri) > mostUriBytes)
        return { problem: `A URI that is subscribed to has at most ${mostUriBytes} bytes` }
      await put(plane, its, digest(uri), uri)
      return undefined
    },
    unsubscribe: (plane, session, uri) => put(plane, digest(session.id), digest(uri), ''),
    onChange(session, listener) {
      const its = digest(session.id)
      const all = listeners.get(its) ?? new Set()
      listeners.set(its, all.add(listener))
      return () => {
        all.delete(listener)
        if (all.size === 0 && listeners.get(its) === all) listeners.delete(its)
      }
    },
    async follow() {
      const since = new Set<string>()
      newer = since
      const found = await rows.list(heardMs - overlapMs, most).finally(() => {
        newer = undefined
      })
      heardMs = Math.max(heardMs, found[0]?.notedAt ?? 0)
      const changed = found
        .reverse()
        .filter(({ session, name }) => !since.has(`${session} ${name}`))
        .filter(({ session, name, note }) => remember(session, name, note))
      for (const session of new Set(changed.map((one) => one.session)))
        tell(session).catch(() => {})
    },
  }
}

const digest = (text: string): string => hash('sha256', text, 'base64url')
