import type { PlanePolicy } from '#change/change.ts'
import type { Entry, PersonChanged, SignedIn, SignedOut, StrangersCount } from '#domain/entry.ts'
import type { PlaneId } from '#domain/name.ts'
import { isHeldBy, type Person } from '#domain/roles.ts'
import type { Clock } from '#lib/clock.ts'
import { asFault } from '#lib/fault.ts'
import type { Log } from '#lib/log.ts'
import { bindingsIn } from './bindings.ts'

type OfPeople = SignedIn | SignedOut | PersonChanged
type Said<One> = One extends OfPeople ? Omit<One, 'v' | 'at' | 'plane'> : never
export type PersonEntry = Said<OfPeople>

/** A plane's ledger, as far as people are entered there. */
export interface PersonLedger {
  append(entry: Entry): Promise<void>
  count(type: StrangersCount['type'], reason: string, now: number): void
}

/**
 * People belong to no plane, and what they do about their accounts is entered where it matters: in
 * every plane in which the person holds a role, an administrator's in all of them; in all as well
 * where the person holds none. A plane whose ledger is refused is passed over, as it is by changes:
 * nothing is let through there, and somebody has to be able to come and see.
 */
export interface Entering {
  /** Before the deed: durable when it resolves; Fault('unrecordable') where it cannot be. */
  enter(person: Person, entry: PersonEntry): Promise<void>
  /** After what takes something away, which is never kept from happening: where it fails, the log says so. */
  enterAfter(person: Person, entry: PersonEntry): Promise<void>
  /** A sign-in that was refused, counted in every plane. */
  refused(reason: string): void
}

export const createEntering = ({
  planes,
  ledger,
  isRefused,
  clock,
  log,
}: {
  planes: () => ReadonlyMap<PlaneId, PlanePolicy>
  ledger: (plane: PlaneId) => PersonLedger
  isRefused: (plane: PlaneId) => boolean
  clock: Clock
  log: Log
}): Entering => {
  const concerned = (person: Person) => {
    const all = [...planes()]
    const holds = ([, policy]: (typeof all)[number]) =>
      bindingsIn(policy).some((one) => isHeldBy(one, person))
    const held = person.administrator ? all : all.filter(holds)
    return (held.length === 0 ? all : held).map(([plane]) => plane)
  }

  const enter: Entering['enter'] = async (person, entry) => {
    const at = clock.now()
    const right = concerned(person).filter((plane) => !isRefused(plane))
    await Promise.all(right.map((plane) => ledger(plane).append({ v: 1, at, plane, ...entry })))
  }

  return {
    enter,
    async enterAfter(person, entry) {
      try {
        await enter(person, entry)
      } catch (error) {
        const problem = asFault(error).detail
        log.error('people.unentered', { person: person.name, entry: entry.type, problem })
      }
    },
    refused(reason) {
      for (const plane of planes().keys())
        ledger(plane).count('sign-in.refused.count', reason, clock.now())
    },
  }
}
