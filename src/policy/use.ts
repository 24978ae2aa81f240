import type { Capability } from '#domain/capability.ts'
import type { Facts } from '#domain/facts.ts'
import { isObject } from './arguments.ts'
import type { Condition } from './condition/condition.ts'
import { isAboutCall } from './conditions.ts'
import type { Core } from './core.ts'
import type { CallerView, Verdict, Who } from './policy.ts'
import type { Served } from './served.ts'

/** The caller, as the evaluator needs it. */
export interface Judged extends Pick<CallerView, 'agent' | 'consumer'> {
  readonly who: Who
  readonly core: Core
  /** The scopes that count for it. */
  scopes(now: number): ReadonlySet<string>
  /** What conditions may know of it. */
  facts(now: number): Pick<Facts, 'caller' | 'consumer' | 'user'>
}

/** One use of one capability by one caller, at one instant. */
export interface Use {
  readonly served: Served
  readonly capability: Capability
  readonly now: number
  /** As they were given; undefined where they are not known, or there are none to give. */
  readonly given: unknown
  /** As conditions see them; undefined where they are not known. */
  readonly args: Facts['args']
  ask(condition: Condition): Verdict
}

interface About {
  readonly served: Served
  readonly capability: Capability
  readonly now: number
  readonly given?: unknown
  /** Where it is read by its URI. */
  readonly uri?: string | undefined
  /** Of the template that makes the URI. */
  readonly variables?: Readonly<Record<string, string>>
}

/** What conditions are asked about is put together once, when one is. */
export const createUse = (caller: Judged, about: About): Use => {
  const { served, capability, now, given, uri } = about
  const args = argsOf(about)
  const isOpen = args === undefined
  let facts: Facts | undefined
  return {
    served,
    capability,
    now,
    given,
    args,
    ask(condition) {
      if (isOpen && isAboutCall(condition)) return 'open'
      facts ??= {
        ...caller.facts(now),
        args,
        uri,
        item: itemOf(served, capability),
        run: { id: caller.who.run(now) },
        now,
      }
      const answer = condition.holds(facts)
      if (typeof answer !== 'boolean') return answer
      return answer ? 'holds' : 'untrue'
    },
  }
}

const none = {}

const argsOf = ({ capability: { kind }, given, uri, variables }: About): Facts['args'] => {
  if (kind === 'resource' || (kind === 'template' && uri !== undefined)) return variables ?? none
  if (given === undefined) return undefined
  // What is no object is refused before a condition about it is asked.
  return isObject(given) ? given : none
}

const itemOf = (
  { name, kind, owner, labels }: Served,
  { name: capability, classification }: Capability,
): Facts['item'] => ({
  name,
  kind,
  owner,
  labels: [...labels, ...(classification?.labels ?? []), ...(classification?.data ?? [])],
  capability,
  class: classification?.class ?? '',
})
