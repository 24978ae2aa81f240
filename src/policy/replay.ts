import type { CapabilityKind } from '#domain/capability.ts'
import type { ClientId } from '#domain/name.ts'
import { tellWhy } from './explain.ts'
import type { Question } from './policy.ts'
import type { Proposal } from './proposal.ts'
import { type Trial, triedBy, tryOut } from './trial.ts'

/** A call that was made, or so many equal ones, as its entry tells it. */
export interface Made {
  readonly client: ClientId
  readonly user: string | undefined
  readonly server: string
  readonly kind: CapabilityKind
  readonly name: string
  readonly at: number
  readonly count: number
  /** Empty for a count of several. */
  readonly call: string
}

/** What may be learned of the arguments of a call: what they were, or why nobody can tell. */
export type Given =
  | { readonly args: unknown }
  | { readonly unknown: 'not recorded' | 'not yours to read' }

/** Calls of one client to one capability that a draft would decide otherwise. */
export interface Group {
  readonly client: string
  readonly server: string
  readonly kind: CapabilityKind
  /** A template where they are read by one. */
  readonly name: string
  readonly count: number
  /** Why the first of them is decided so by what stands, and why by the draft. */
  readonly now: string
  readonly draft: string
  /** Some of their ids. */
  readonly calls: readonly string[]
}

/** Calls that a draft would decide otherwise, in one direction. */
export interface Moved {
  readonly calls: number
  /** Those of the most calls, the most first. */
  readonly groups: readonly Group[]
  /** Groups beyond those. */
  readonly others: number
}

export interface Replayed {
  /** Calls that were decided again, those that are not known among them; a count of equal refusals is as many. */
  readonly calls: number
  readonly newlyPermitted: Moved
  readonly newlyDenied: Moved
  /** Calls for which arguments decide that nobody can tell. */
  readonly notKnown: { readonly 'not recorded': number; readonly 'not yours to read': number }
}

const mostExamples = 3
const mostGroups = 200

/**
 * Calls that were made, decided again at the time they were made, by what stands and by a draft: by
 * the same evaluator as when they were made. Tokens count as having what grants imply, quotas are not
 * counted, and what is suspended or held today is not.
 */
export const createReplay = (about: {
  readonly now: Proposal
  readonly draft: Proposal
  /** How a reason is told to whoever asks. */
  tell(because: string): string
}) => {
  const groups = { permitted: new Map<string, Group>(), denied: new Map<string, Group>() }
  const notKnown = { 'not recorded': 0, 'not yours to read': 0 }
  let calls = 0

  const both = (made: Made, args: unknown): readonly [Trial | undefined, Trial | undefined] => [
    decide(about.now, made, args),
    decide(about.draft, made, args),
  ]

  return {
    /** `given` is asked where arguments decide. */
    async add(made: Made, given: () => Promise<Given>): Promise<void> {
      calls += made.count
      let [now, draft] = both(made, undefined)
      if (now?.outcome === 'depends' || draft?.outcome === 'depends') {
        const found = await given()
        if ('unknown' in found) {
          notKnown[found.unknown] += made.count
          return
        }
        ;[now, draft] = both(made, found.args)
      }
      const [was, would] = [isPermitted(now), isPermitted(draft)]
      if (was === would) return
      const tell = (trial: Trial | undefined) => about.tell(reasonOf(trial))
      put(would ? groups.permitted : groups.denied, made, { now, draft, tell })
    },
    answer: (): Replayed => ({
      calls,
      newlyPermitted: movedOf(groups.permitted),
      newlyDenied: movedOf(groups.denied),
      notKnown,
    }),
  }
}

/** Undefined where the caller is none. */
const decide = (
  { snapshot }: Proposal,
  { client, user, server, kind, name, at }: Made,
  args: unknown,
): Trial | undefined => {
  const view = snapshot.caller(triedBy({ client, user }))
  const question: Question = { server, kind, name, args }
  return view && tryOut(view, question, at)
}

const isPermitted = (trial: Trial | undefined): boolean => trial?.outcome === 'permitted'

const put = (
  groups: Map<string, Group>,
  made: Made,
  {
    now,
    draft,
    tell,
  }: {
    readonly now: Trial | undefined
    readonly draft: Trial | undefined
    tell(trial: Trial | undefined): string
  },
): void => {
  const { client, server } = made
  // Of what is permitted by one of them, and so has been met.
  const { kind, name } = draft?.decision.capability ?? now?.decision.capability ?? made
  const key = JSON.stringify([client, server, kind, name])
  const before = groups.get(key)
  const calls = before?.calls ?? []
  groups.set(key, {
    client,
    server,
    kind,
    name,
    count: (before?.count ?? 0) + made.count,
    now: before?.now ?? tell(now),
    draft: before?.draft ?? tell(draft),
    calls: made.call !== '' && calls.length < mostExamples ? [...calls, made.call] : calls,
  })
}

const reasonOf = (trial: Trial | undefined): string => (trial ? tellWhy(trial) : 'no such caller')

const movedOf = (groups: ReadonlyMap<string, Group>): Moved => {
  const all = [...groups.values()].sort(
    (a, b) => b.count - a.count || compare(nameOf(a), nameOf(b)),
  )
  return {
    calls: all.reduce((sum, { count }) => sum + count, 0),
    groups: all.slice(0, mostGroups),
    others: Math.max(0, all.length - mostGroups),
  }
}

const nameOf = ({ client, server, kind, name }: Group): string =>
  `${client} ${server} ${kind} ${name}`
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
