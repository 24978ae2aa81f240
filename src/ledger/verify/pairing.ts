import type { Findings } from './findings.ts'
import type { Shaped } from './shapes.ts'

export interface Pairing {
  take(position: number, entry: Shaped): void
  /** An entry of which nothing is left but its hash: an intent, perhaps. */
  pass(): void
  /** Intents without an outcome so far: under way when the range ended. */
  readonly open: number
  /** Outcomes whose intents lie before the range. */
  readonly before: number
}

/** Every outcome has one intent before it, and every intent one outcome at most. */
export const createPairing = (from: number, findings: Findings): Pairing => {
  const open = new Set<string>()
  const begunBefore = new Set<string>()
  let isPart = from > 1
  const intent = (where: string, call: string): void => {
    if (open.has(call)) findings.add(where, `a second intent of the open call ${call}`)
    open.add(call)
  }
  const outcome = (where: string, call: string): void => {
    if (open.delete(call)) return
    if (isPart && !begunBefore.has(call)) begunBefore.add(call)
    else findings.add(where, `an outcome of the call ${call}, which has no open intent`)
  }
  return {
    take(position, { type, call }) {
      if (type === 'call.intent') intent(`entry ${position}`, String(call))
      if (type === 'call.outcome') outcome(`entry ${position}`, String(call))
    },
    pass() {
      isPart = true
    },
    get open() {
      return open.size
    },
    get before() {
      return begunBefore.size
    },
  }
}
