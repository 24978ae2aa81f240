import type { Intent, Outcome, Refused } from '#domain/entry.ts'
import type { Families } from './families.ts'
import { observe, type Series } from './family.ts'

/** Counts what the ledger has taken, and nothing before: so its entries and these figures agree. */
export interface CallCounts {
  /** Its intent is durable. */
  begun(intent: Intent): BegunCall
  /** Its entry, or the count that it is part of, is durable. */
  refused(refused: Refused): void
  /** Could not be recorded. */
  unrecorded(plane: string, what: 'intent' | 'outcome' | 'refusal'): void
}

export interface BegunCall {
  /** Its outcome is durable; or undefined, where it cannot be. */
  ended(outcome: Pick<Outcome, 'status' | 'code' | 'ms'> | undefined): void
}

/** Figures that belong together, found once for all calls of a capability or a client. */
interface Kept {
  readonly complete: Series
  readonly failed: Series
  readonly seconds: Series
}

export const createCallCounts = (families: Families, most: number): CallCounts => {
  const capability = remembered(most, (intent: Intent): Kept => {
    const [plane, server, kind, name] = capabilityOf(intent)
    const calls = families.capabilityCalls
    return {
      complete: calls.of(plane, server, kind, name, 'complete'),
      failed: calls.of(plane, server, kind, name, 'failed'),
      seconds: families.capabilitySeconds.of(plane, server, kind, name),
    }
  })
  const client = remembered(most, ({ plane, agent, consumer }: Intent): Kept => {
    const calls = families.clientCalls
    return {
      complete: calls.of(plane, agent, consumer, 'complete'),
      failed: calls.of(plane, agent, consumer, 'failed'),
      seconds: families.clientSeconds.of(plane, agent, consumer),
    }
  })
  const open = families.openCalls.of()

  return {
    begun(intent) {
      const { plane, server, method } = intent
      families.begun.of(plane, server).value++
      open.value++
      const kept = [
        capability(capabilityOf(intent).join('\n'), intent),
        client(`${plane}\n${intent.agent}\n${intent.consumer}`, intent),
      ]
      return {
        ended(outcome) {
          open.value--
          if (!outcome) return
          const seconds = outcome.ms / 1000
          families.calls.of(plane, server, outcome.status).value++
          observe(families.durations.of(plane, server, method, errorOf(outcome)), seconds)
          for (const one of kept) {
            one[isComplete(outcome) ? 'complete' : 'failed'].value++
            one.seconds.value += seconds
          }
        },
      }
    },
    refused({ plane, server, station, reason, agent, consumer, ...named }) {
      // What is refused as unknown is named by its caller, and whoever calls can write anything.
      const isNamed = reason !== 'unknown'
      families.refusals.of(plane, isNamed ? server : '', station, reason).value++
      families.clientCalls.of(plane, agent, consumer, 'refused').value++
      const of = capabilityOf({ plane, server, ...named })
      if (isNamed) families.capabilityCalls.of(...of, 'refused').value++
    },
    unrecorded: (plane, what) => void families.unrecorded.of(plane, what).value++,
  }
}

type Named = Pick<Intent, 'plane' | 'server' | 'kind' | 'name' | 'template'>

const capabilityOf = ({ plane, server, kind, name, template }: Named) =>
  [plane, server, kind, template ?? name] as const

const isComplete = ({ status }: Pick<Outcome, 'status'>): boolean =>
  status === 'complete' || status === 'input required'

/** A closed list: a server chooses the code of its protocol errors, and may choose another each time. */
const errorOf = ({ status, code }: Pick<Outcome, 'status' | 'code'>): string => {
  if (isComplete({ status })) return ''
  return status === 'failed' && code !== '' ? code : status.replaceAll(' ', '_')
}

const remembered = <A, V>(most: number, make: (about: A) => V) => {
  const known = new Map<string, V>()
  return (key: string, about: A): V => {
    const found = known.get(key)
    if (found) return found
    if (known.size >= most) known.clear()
    const made = make(about)
    known.set(key, made)
    return made
  }
}
