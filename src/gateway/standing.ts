import type { PlaneId } from '#domain/name.ts'
import type { PlaneSnapshot } from '#policy/compile.ts'
import type { CallerView, Decision } from '#policy/policy.ts'
import type { Caller } from './exchange.ts'

/** Why something that was permitted is so no longer; a code of the table of faults. */
export type Unpermitted = 'suspended' | 'revoked'

/**
 * Something that goes on because it was permitted: a call on its way, a stream that somebody listens
 * on, a session at a server.
 */
export interface Stand {
  readonly caller: Caller
  /** Why it may not go on for a caller with this view; undefined while it may. */
  reason(view: CallerView, now: number): Unpermitted | undefined
  end(code: Unpermitted): void
}

export interface Standing {
  /** Why it must not begin: what is in force may have moved since it was permitted. */
  check(stand: Omit<Stand, 'end'>): Unpermitted | undefined
  /** Ends it when it may not go on. The answer must be called once it is over. */
  add(stand: Stand): () => void
  /**
   * Something else is in force in these planes: whatever may not go on is ended, the first of it
   * before this returns. However much there is, each turn takes two milliseconds of it.
   */
  follow(planes: readonly PlaneId[]): void
}

/** What one turn may take of the thread that serves calls. */
const perTurnMs = 2

export const createStanding = (parts: {
  snapshot(plane: PlaneId): PlaneSnapshot
  now(): number
  /** Milliseconds of a clock that is never set. */
  elapsed(): number
  /** Runs a task when others have had their turn. */
  later?(task: () => void): void
}): Standing => {
  const { snapshot, now, elapsed, later = setImmediate } = parts
  const planes = new Map<PlaneId, Here>()

  const check: Standing['check'] = ({ caller, reason }) => {
    const { plane, client, revision } = caller.view
    const inForce = snapshot(plane)
    if (inForce.revision === revision) return undefined
    const view = inForce.caller(client)
    return view ? reason(view, now()) : 'revoked'
  }

  const look = (here: Here): void => {
    for (const until = elapsed() + perTurnMs; elapsed() < until; ) {
      const next = here.pass?.next()
      if (!next || next.done) {
        here.pass = here.again ? here.all.values() : undefined
        here.again = false
        if (here.pass) later(() => look(here))
        return
      }
      const code = check(next.value)
      if (code === undefined) continue
      here.all.delete(next.value)
      next.value.end(code)
    }
    later(() => look(here))
  }

  return {
    check,
    add(stand) {
      const { plane } = stand.caller.view
      let here = planes.get(plane)
      if (!here) {
        here = { all: new Set(), pass: undefined, again: false }
        planes.set(plane, here)
      }
      const { all } = here
      all.add(stand)
      return () => void all.delete(stand)
    },
    follow(moved) {
      for (const plane of moved) {
        const here = planes.get(plane)
        if (!here) continue
        if (here.pass) here.again = true
        else {
          here.pass = here.all.values()
          look(here)
        }
      }
    },
  }
}

interface Here {
  readonly all: Set<Stand>
  /** Where the look at all of them has come to. */
  pass: SetIterator<Stand> | undefined
  /** Something moved while it was under way: the first of them have to be looked at once more. */
  again: boolean
}

/** A stream or a session: it stands on the server being there for its caller. */
export const needsServer =
  (server: string): Stand['reason'] =>
  (view, now) => {
    if (view.suspension(server)) return 'suspended'
    return view.sees(server, now) ? undefined : 'revoked'
  }

/**
 * What a decision made anew means for what is under way. That a definition changed, or that its
 * server tells of it no longer, is no reason: it began under what had been released.
 */
export const unpermitted = (decision: Decision): Unpermitted | undefined => {
  if (decision.permitted) return undefined
  const { refusal } = decision
  if (refusal.reason === 'suspended') return 'suspended'
  const goesOn =
    refusal.reason === 'held' ||
    (refusal.reason === 'unknown' && refusal.because === 'no such capability')
  return goesOn ? undefined : 'revoked'
}
