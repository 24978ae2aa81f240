import type { Intent, Outcome, Refused } from '#domain/entry.ts'
import type { Families } from './families.ts'
import { observe, type Series, type Spread } from './family.ts'

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

/** Figures that belong together, found once for all calls of a client, and of a capability. */
interface Kept {
  readonly complete: Series
  readonly failed: Series
  readonly seconds: Series
}
interface KeptOfCapability extends Kept {
  readonly begun: Series
  outcome(status: string): Series
  spread(method: string, error: string): Spread
}

export const createCallCounts = (families: Families, most: number): CallCounts => {
  const capability = remembered(most, (intent: Intent): KeptOfCapability => {
    const [plane, server, kind, name] = capabilityOf(intent)
    const calls = families.capabilityCalls
    const outcomes = remembered(most, (status: string) => families.calls.of(plane, server, status))
    const spreads = remembered(most, ([method, error]: readonly [string, string]) =>
      families.durations.of(plane, server, method, error),
    )
    return {
      complete: calls.of(plane, server, kind, name, 'complete'),
      failed: calls.of(plane, server, kind, name, 'failed'),
      seconds: families.capabilitySeconds.of(plane, server, kind, name),
      begun: families.begun.of(plane, server),
      outcome: (status) => outcomes(status, status),
      spread: (method, error) =>
        spreads(error === '' ? method : `${method} ${error}`, [method, error]),
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
  const add = (kept: Kept, isComplete: boolean, seconds: number): void => {
    kept[isComplete ? 'complete' : 'failed'].value++
    kept.seconds.value += seconds
  }

  return {
    begun(intent) {
      const { plane, server, kind, name, template = name, method, agent, consumer } = intent
      const called = capability(`${plane}\n${server}\n${kind}\n${template}`, intent)
      const calling = client(`${plane}\n${agent}\n${consumer}`, intent)
      called.begun.value++
      open.value++
      return {
        ended(outcome) {
          open.value--
          if (!outcome) return
          const seconds = outcome.ms / 1000
          called.outcome(outcome.status).value++
          observe(called.spread(method, errorOf(outcome)), seconds)
          add(called, isComplete(outcome), seconds)
          add(calling, isComplete(outcome), seconds)
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
