import { type Capability, capabilityKinds } from '#domain/capability.ts'
import type { Refusal, UnknownBecause } from '#domain/decision.ts'
import type { AgentDocument, ConsumerDocument, GrantDocument } from '#domain/documents.ts'
import type { Facts } from '#domain/facts.ts'
import type { PlaneId } from '#domain/name.ts'
import type { Suspension } from '#domain/suspension.ts'
import type { Core } from './core.ts'
import { createDiscovery } from './discovery.ts'
import { withFallback } from './fallback.ts'
import { isOffered, judge } from './judge.ts'
import type { CallerView, Decision, Permitted, Question, Recorder, Refused, Who } from './policy.ts'
import type { Served } from './served.ts'
import { createUse, type Judged, type Use } from './use.ts'

/** The caller's own suspension, or that of what it acts for or stands in. */
export interface Stopped {
  readonly suspension: Suspension
  readonly owner: string | undefined
}

/** What the policy knows of a caller. */
interface Known {
  readonly plane: PlaneId
  readonly who: Who
  readonly agent: AgentDocument
  readonly consumer: ConsumerDocument
  /** The groups that the agent is in, in order of name. */
  readonly groups: readonly string[]
  readonly revision: number
  readonly core: Core
  /** Its grants, as they stand: lists that stay the same for as long as nothing of them changes. */
  readonly documents: readonly (readonly GrantDocument[])[]
  readonly items: ReadonlyMap<string, Served>
  readonly stopped: Stopped | undefined
}

/** What one caller may do at one revision. */
export const createView = (known: Known): CallerView => {
  const { plane, who, revision, core, items, stopped } = known
  const judged = judgedOf(known)

  const usesOf = (served: Served, { kind, name, args }: Question, now: number): Use[] => {
    const exact = served.shelf.find(kind, name)
    const uri = kind === 'resource' ? name : undefined
    const own = exact && createUse(judged, { served, capability: exact, now, given: args, uri })
    // A completion may refer to a resource by its URI as well as by its template.
    const isNamed = kind === 'resource' ? own && !served.boundsUris() : kind !== 'template' || own
    if (isNamed) return own ? [own] : []
    const made = served.shelf
      .fitting(name)
      .map((one) => createUse(judged, { served, now, uri: name, ...one }))
    return own ? [own, ...made] : made
  }

  const decide = (question: Question, now: number, recorder?: Recorder): Decision => {
    const served = items.get(question.server)
    const uses = served ? usesOf(served, question, now) : []
    const [first, ...others] = uses
    if (stopped) return refused(suspended(stopped), first)
    if (!first) return refused(unknown(served ? 'no such capability' : 'no such server'), first)
    // Of an exact resource and the templates that make its URI, it is the exact one that is meant.
    if (others.length === 0 || first.capability.kind === 'resource')
      return judge(judged, first, others, recorder)
    const decisions = uses.map((one) =>
      judge(
        judged,
        one,
        uses.filter((other) => other !== one),
        recorder,
      ),
    )
    return (
      inTurn(decisions.filter((one) => one.permitted)) ??
      decisions.find((one) => !one.permitted && one.refusal.reason !== 'unknown') ??
      (decisions[0] as Decision)
    )
  }

  const called: CallerView['called'] = ({ server, kind, name }) => {
    const shelf = items.get(server)?.shelf
    if (!shelf) return []
    const exact = shelf.find(kind, name)
    const own = exact ? [exact] : []
    // A completion may refer to a resource by its URI as well as by its template.
    const isByUri =
      kind === 'resource' ? !exact || shelf.indexesUris : kind === 'template' && !exact
    const made = isByUri ? shelf.fitting(name).map((one) => one.capability) : []
    const all = [...own, ...made]
    return [...all, ...all.flatMap((one) => shelf.baseOf(one) ?? [])]
  }

  const mayReach = (item: string): boolean =>
    core.grants.some(({ items }) => !items || items.has(item))

  const sees = (server: string, now: number): boolean => {
    const served = items.get(server)
    if (!served || !isOffered(served) || !mayReach(server)) return false
    const discovers = createDiscovery(judged, now)
    // Of many servers, and of all that is under way when something changes: nothing is kept for it.
    const isMet = (one: Capability) =>
      one.state !== 'absent' &&
      discovers(
        served,
        one,
        core.grants.filter(({ selects }) => selects(one, served.labels)),
      )
    return capabilityKinds.some((kind) => served.shelf.list(kind).some(isMet))
  }

  return {
    plane,
    who,
    client: who.client,
    agent: known.agent.name,
    consumer: known.consumer.name,
    user: who.user,
    revision,
    get grants() {
      return core.grants.map(({ name }) => name)
    },
    decide(question, now, recorder) {
      const decision = decide(question, now, recorder)
      if (decision.permitted) return decision
      const shelf = items.get(question.server)?.shelf
      return withFallback(decision, question, shelf, (other) => decide(other, now))
    },
    called,
    shortened: (server, kind, short) => items.get(server)?.shelf.shortened(kind, short),
    list(server, kind, now) {
      const served = items.get(server)
      if (stopped || !served || !isOffered(served) || !mayReach(server)) return []
      const discovers = createDiscovery(judged, now)
      return served.shelf.list(kind).filter((one) => {
        if (one.state !== 'pinned') return false
        const { grants, suspension } = core.reach(served, one)
        return !suspension && discovers(served, one, grants)
      })
    },
    sees,
    isDeprecated: (server) => items.get(server)?.lifeCycle === 'deprecated',
    suspension: (server) =>
      stopped?.suspension ?? (server === undefined ? undefined : items.get(server)?.suspension),
    endsAfter: core.endsAfter,
    basis(now) {
      const { agent, consumer, groups, documents } = known
      const counting = [...core.scopes(items, now)].sort().join(' ')
      return [agent, consumer, stopped?.suspension, counting, groups.join(' '), ...documents]
    },
    states: items,
    servers: (now) => [...items.keys()].filter((server) => sees(server, now)).sort(),
  }
}

/** What the evaluator is told of the caller; what conditions may know of it is put together when one asks. */
const judgedOf = ({ who, agent, consumer, groups, core, items }: Known): Judged => {
  const scopes = (now: number) => core.scopes(items, now)
  let kept: { of: ReadonlySet<string>; facts: ReturnType<Judged['facts']> } | undefined
  const facts: Judged['facts'] = (now) => {
    const counting = scopes(now)
    if (kept?.of !== counting)
      kept = { of: counting, facts: factsOf({ who, agent, consumer, groups, counting }) }
    return kept.facts
  }
  return { who, agent: agent.name, consumer: consumer.name, core, scopes, facts }
}

const factsOf = (about: {
  who: Who
  agent: AgentDocument
  consumer: ConsumerDocument
  groups: readonly string[]
  counting: ReadonlySet<string>
}): Pick<Facts, 'caller' | 'consumer' | 'user'> => {
  const { who, agent, consumer, groups, counting } = about
  const has = (scope: string) => who.scopes === undefined || who.scopes.has(scope)
  const { owner } = agent
  const claims = claimsOf(agent, who)
  const scopes = [...counting].filter(has)
  const { acr = '' } = who
  return {
    caller: { agent: agent.name, client: who.client, owner, groups, claims, scopes, acr },
    consumer: { name: consumer.name, owner: consumer.owner ?? '' },
    user: who.user === undefined ? undefined : { name: who.user },
  }
}

/** Of what another issuer is to tell, nothing is vouched for here: what its token does not say is not there. */
const claimsOf = (
  { claims = {} }: AgentDocument,
  { claims: told }: Who,
): Facts['caller']['claims'] => {
  if (!told) return claims
  const all = Object.entries({ ...claims, ...told })
  return Object.fromEntries(
    all.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}

/**
 * What several templates of a URI permit, as one: the first that no quota of a grant bounds, else one
 * after the other.
 */
const inTurn = (all: readonly Permitted[]): Permitted | undefined => {
  const first = all.find(({ own }) => !own) ?? all[0]
  if (!first?.own || (all.length === 1 && !first.otherwise)) return first
  const others = all.filter((one) => one !== first)
  return {
    ...first,
    otherwise() {
      const next = first.otherwise?.()
      return inTurn(next ? [next, ...others] : others)
    },
  }
}

const refused = (refusal: Refusal, use: Use | undefined): Refused => ({
  permitted: false,
  refusal,
  capability: use?.capability,
  args: use?.args,
})

const unknown = (because: UnknownBecause): Refusal => ({
  reason: 'unknown',
  station: 'permit',
  because,
})

const suspended = ({ suspension, owner }: Stopped): Refusal => ({
  reason: 'suspended',
  station: 'permit',
  suspension,
  owner,
})
