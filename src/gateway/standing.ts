import type { PlaneId } from '#domain/name.ts'
import type { VerifiedToken } from '#identity/identity.ts'
import { Bag, type Placed } from '#lib/bag.ts'
import type { Clock } from '#lib/clock.ts'
import type { PlaneSnapshot } from '#policy/compile.ts'
import type { CallerView, Decision } from '#policy/policy.ts'
import type { Caller } from './exchange.ts'
import { createWake } from './wake.ts'

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
  /**
   * Ends it when it may not go on: when a revision or the time takes what it stands on, and in the
   * next turn where that was gone already. The answer must be called once it is over.
   */
  add(stand: Stand): () => void
  /**
   * Something else is in force in these planes: whatever may not go on is ended, the first of it
   * before this returns. However much there is, each turn takes two milliseconds of it.
   */
  follow(planes: readonly PlaneId[]): void
}

/** What one turn may take of the thread that serves calls. */
const perTurnMs = 2
const never = Number.POSITIVE_INFINITY

export const createStanding = (parts: {
  snapshot(plane: PlaneId): PlaneSnapshot
  /** Whether the token that it began with is still taken. */
  stands(token: VerifiedToken): boolean
  now(): number
  clock: Pick<Clock, 'elapsed' | 'after'>
  /** Runs a task when others have had their turn. */
  later?(task: () => void): void
}): Standing => {
  const { snapshot, stands, now, clock, later = setImmediate } = parts
  const planes = new Map<PlaneId, Here>()

  const inForce = ({ view, token }: Caller): CallerView | undefined => {
    if (!stands(token)) return undefined
    const { plane, who, revision } = view
    const current = snapshot(plane)
    return current.revision === revision ? view : current.caller(who)
  }
  const judge = (
    { caller, reason }: Omit<Stand, 'end'>,
    view: CallerView | undefined,
    at: number,
  ): Unpermitted | undefined => {
    if (!view) return 'revoked'
    const isAsDecided = view === caller.view && view.endsAfter(0) === never
    return isAsDecided ? undefined : reason(view, at)
  }

  /** Why it may not go on; while it may, the next end of what its caller holds is waited for. */
  const examine = (here: Here, stand: Stand): Unpermitted | undefined => {
    const at = now()
    const view = inForce(stand.caller)
    const code = judge(stand, view, at)
    if (view && code === undefined) wait(here, view.endsAfter(at))
    return code
  }
  const finish = (here: Here, held: Held, code: Unpermitted): void => {
    if (here.all.delete(held)) held.stand.end(code)
  }

  const look = (here: Here): void => {
    for (const until = clock.elapsed() + perTurnMs; clock.elapsed() < until; ) {
      const next = here.pass?.()
      if (!next) {
        here.pass = here.again ? here.all.walk() : undefined
        here.again = false
        if (here.pass) later(() => look(here))
        return
      }
      const code = examine(here, next.stand)
      if (code) finish(here, next, code)
    }
    later(() => look(here))
  }
  const lookAtAll = (here: Here): void => {
    if (here.pass) {
      here.again = true
      return
    }
    here.pass = here.all.walk()
    look(here)
  }

  const wait = (here: Here, end: number): void => {
    if (end >= here.endsAt) return
    here.endsAt = end
    wake(end)
  }
  const wake = createWake({
    clock,
    now,
    ring() {
      for (const here of planes.values()) {
        const { endsAt, all } = here
        here.endsAt = never
        if (all.size === 0) continue
        if (endsAt <= now()) lookAtAll(here)
        else wait(here, endsAt)
      }
    },
  })

  return {
    check: (stand) => judge(stand, inForce(stand.caller), now()),
    add(stand) {
      const { plane } = stand.caller.view
      let here = planes.get(plane)
      if (!here) {
        here = { all: new Bag(), pass: undefined, again: false, endsAt: never }
        planes.set(plane, here)
      }
      const at = here
      const held: Held = { stand, place: -1 }
      at.all.add(held)
      const code = examine(at, stand)
      if (code) later(() => finish(at, held, code))
      return () => void at.all.delete(held)
    },
    follow(moved) {
      for (const plane of moved) {
        const here = planes.get(plane)
        if (here) lookAtAll(here)
      }
    },
  }
}

interface Held extends Placed {
  readonly stand: Stand
}

interface Here {
  readonly all: Bag<Held>
  /** Where the look at all of them has come to. */
  pass: (() => Held | undefined) | undefined
  /** Something moved while it was under way: the first of them have to be looked at once more. */
  again: boolean
  /** When time may next end one of them; earlier where what ended first is over by itself. */
  endsAt: number
}

/** A stream or a session: it stands on the server being there for its caller. */
export const needsServer =
  (server: string): Stand['reason'] =>
  (view, now) => {
    if (view.suspension(server)) return 'suspended'
    return view.sees(server, now) ? undefined : 'revoked'
  }

/** The same at the plane's endpoint, which is there for whoever is. */
export const needsPlane: Stand['reason'] = (view) =>
  view.suspension(undefined) ? 'suspended' : undefined

/**
 * What a decision made anew means for what is under way. That a definition changed, so that its
 * arguments are others, or that its server tells of it no longer, is no reason: it began under what had
 * been released. Nor is it that its token has grown older since.
 */
export const unpermitted = (decision: Decision): Unpermitted | undefined => {
  if (decision.permitted) return undefined
  const { refusal } = decision
  if (refusal.reason === 'suspended') return 'suspended'
  const goesOn =
    refusal.reason === 'held' ||
    refusal.reason === 'arguments' ||
    'maxAgeMs' in refusal ||
    (refusal.reason === 'unknown' && refusal.because === 'no such capability')
  return goesOn ? undefined : 'revoked'
}
