import type { PlanePolicy } from '#change/change.ts'
import type { Capability, CapabilityKind } from '#domain/capability.ts'
import { type ClientId, splitClientId } from '#domain/name.ts'
import { tellSuspension } from '#domain/suspension.ts'
import { matchTemplate } from '#mcp/template.ts'
import { type PlaneSnapshot, timeZoneOf } from './compile.ts'
import { compileGrant } from './grant.ts'
import type { CallerView, Decision, Explanation } from './policy.ts'
import { classifying, granting, releasing, resuming } from './remedy.ts'

export interface Question {
  readonly client: ClientId
  /** On whose behalf; undefined for nobody's. */
  readonly user?: string | undefined
  readonly server: string
  readonly kind: CapabilityKind
  readonly name: string
}

interface About {
  readonly policy: PlanePolicy
  readonly snapshot: PlaneSnapshot
  readonly capabilities: readonly Capability[]
  readonly now: number
}

/** Asks the evaluator of the gateway and says which grants were considered and what would change the answer. */
export const explain = (about: About, question: Question): Explanation => {
  const view = about.snapshot.caller(question.client, question.user)
  if (!view) return unknownCaller(about.policy, question.client)
  const capability = findCapability(about.capabilities, question)
  const considered = consider(about, question, capability)
  const answer = decide(view, question, about.now)
  const { decision, because, quotas, wouldChange } = tell(
    about.policy,
    question,
    capability,
    answer,
  )
  return { decision, because, considered, quotas, wouldChange }
}

const decide = (view: CallerView, { server, kind, name }: Question, now: number): Decision => {
  const decision = view.decide(server, kind, name, now)
  const isByUri = kind === 'resource' || (kind === 'template' && isNone(decision))
  return isByUri ? view.decideResource(server, name, now) : decision
}

const isNone = (decision: Decision): boolean =>
  !decision.permitted &&
  decision.refusal.reason === 'unknown' &&
  decision.refusal.because === 'no such capability'

/** By its name; what is asked for as a URI may be one that a template makes. */
const findCapability = (
  capabilities: readonly Capability[],
  { server, kind, name }: Question,
): Capability | undefined => {
  const here = capabilities.filter((one) => one.server === server)
  const exact = here.find((one) => one.kind === kind && one.name === name)
  if (exact || (kind !== 'resource' && kind !== 'template')) return exact
  return here.find((one) => one.kind === 'template' && matchTemplate(one.name, name))
}

const tell = (
  policy: PlanePolicy,
  question: Question,
  capability: Capability | undefined,
  decision: Decision,
): Omit<Explanation, 'considered'> => {
  if (decision.permitted)
    return {
      decision: 'permitted',
      because: `grant ${decision.permission.grant}`,
      quotas: decision.quotas.map(describeQuota),
      wouldChange: undefined,
    }
  const { refusal } = decision
  const name = capability?.name ?? question.name
  const where = `${policy.plane.name}/${question.server}`
  switch (refusal.reason) {
    case 'held':
      return refused('held', refusal.because, releasing(where, name))
    case 'suspended':
      return refused(
        'denied',
        tellSuspension(refusal.suspension),
        resuming(policy.plane.name, refusal.suspension),
      )
    case 'unknown':
      if (refusal.because === 'unclassified' && capability)
        return refused('denied', refusal.because, classifying(where, capability))
      if (refusal.because === 'no grant' || refusal.because === 'grant ended')
        return refused('denied', refusal.because, granting(policy, { ...question, name }))
      return refused('denied', refusal.because, undefined)
    default:
      return refused('denied', refusal.reason, undefined)
  }
}

const refused = (
  decision: 'denied' | 'held',
  because: string,
  wouldChange: string | undefined,
): Omit<Explanation, 'considered'> => ({ decision, because, quotas: [], wouldChange })

const unknownCaller = (policy: PlanePolicy, client: ClientId): Explanation => {
  const parts = splitClientId(client)
  const agent = parts && policy.agents.get(parts.agent)
  const because = agent
    ? `agent ${agent.name} does not act for ${parts.consumer}`
    : `no agent ${parts?.agent ?? client}`
  return { decision: 'denied', because, considered: [], quotas: [], wouldChange: undefined }
}

const consider = (
  { policy, now }: About,
  { client, server }: Question,
  capability: Capability | undefined,
): { grant: string; verdict: string }[] => {
  const labels = policy.servers.get(server)?.labels ?? []
  return [...policy.grants.values()]
    .filter((grant) => `${grant.agent}@${grant.consumer}` === client)
    .map((grant) => {
      const { selects, endsAt } = compileGrant(grant, timeZoneOf(policy))
      const verdict = !(capability && selects(capability, labels))
        ? 'does not select it'
        : now < endsAt
          ? 'permits it'
          : `ended ${grant.until}`
      return { grant: grant.name, verdict }
    })
}

const describeQuota = (quota: {
  name: string
  second?: number | undefined
  minute?: number | undefined
  day?: number | undefined
}): string => {
  const parts = (['second', 'minute', 'day'] as const)
    .filter((window) => quota[window] !== undefined)
    .map((window) => `${quota[window]} per ${window}`)
  return `${quota.name}: ${parts.join(', ')}`
}
