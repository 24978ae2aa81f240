import type { Capability } from '#domain/capability.ts'
import type { CallerView } from './policy.ts'
import { tryOut } from './trial.ts'

/**
 * What an agent meets where it uses a capability, nothing known of the arguments. `none`: no grant reaches
 * it. `depends`: on the arguments. The first three are what `explain` calls denied.
 */
export type Cell = 'none' | 'denied' | 'suspended' | 'held' | 'depends' | 'permitted'

/** Asks the evaluator of the gateway. */
export const cellOf = (view: CallerView, capability: Capability, now: number): Cell => {
  const { server, kind, name } = capability
  const { decision, outcome } = tryOut(view, { server, kind, name, args: undefined }, now)
  if (outcome === 'hidden') return 'none'
  return !decision.permitted && decision.refusal.reason === 'suspended' ? 'suspended' : outcome
}
