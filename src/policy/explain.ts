import type { PlanePolicy } from '#change/change.ts'
import type { Capability, CapabilityKind } from '#domain/capability.ts'
import { type ClientId, splitClientId } from '#domain/name.ts'
import type { PlaneSnapshot } from './compile.ts'
import { compileGrant } from './compile.ts'
import type { Explanation } from './policy.ts'

export interface Question {
  readonly client: ClientId
  readonly server: string
  readonly kind: CapabilityKind
  readonly name: string
}

/** Asks the evaluator of the gateway and says which grants were considered and what would change the answer. */
export const explain = (
  about: {
    policy: PlanePolicy
    snapshot: PlaneSnapshot
    capabilities: readonly Capability[]
    now: number
  },
  question: Question,
): Explanation => {
  const view = about.snapshot.caller(question.client)
  if (!view) return unknownCaller(about.policy, question.client)
  const { server, kind, name } = question
  const decision =
    kind === 'resource' || kind === 'template'
      ? view.decideResource(server, name, about.now)
      : view.decide(server, kind, name, about.now)
  const considered = consider(about, question)
  if (decision.permitted)
    return {
      decision: 'permitted',
      because: `grant ${decision.permission.grant}`,
      considered,
      quotas: decision.quotas.map(describeQuota),
      wouldChange: undefined,
    }
  const { refusal } = decision
  if (refusal.reason === 'held')
    return {
      decision: 'held',
      because: refusal.because,
      considered,
      quotas: [],
      wouldChange: `bailiwick server release ${view.plane}/${server} ${name}`,
    }
  const because = refusal.reason === 'unknown' ? refusal.because : refusal.reason
  return {
    decision: 'denied',
    because,
    considered,
    quotas: [],
    wouldChange: remedy(about.policy, question, because),
  }
}

const unknownCaller = (policy: PlanePolicy, client: ClientId): Explanation => {
  const parts = splitClientId(client)
  const agent = parts && policy.agents.get(parts.agent)
  const because = agent
    ? `agent ${agent.name} does not act for ${parts.consumer}`
    : `no agent ${parts?.agent ?? client}`
  return { decision: 'denied', because, considered: [], quotas: [], wouldChange: undefined }
}

const consider = (
  about: { policy: PlanePolicy; capabilities: readonly Capability[]; now: number },
  question: Question,
): { grant: string; verdict: string }[] => {
  const timeZone = about.policy.plane.timeZone ?? 'UTC'
  const labels = about.policy.servers.get(question.server)?.labels ?? []
  const capability = about.capabilities.find(
    (one) =>
      one.server === question.server && one.kind === question.kind && one.name === question.name,
  )
  return [...about.policy.grants.values()]
    .filter((grant) => `${grant.agent}@${grant.consumer}` === question.client)
    .map((grant) => {
      const compiled = compileGrant(grant, timeZone)
      const selects = capability !== undefined && compiled.selects(capability, labels)
      const verdict = !selects
        ? 'does not select it'
        : about.now < compiled.endsAt
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

/** A document or a command, ready to use. */
const remedy = (policy: PlanePolicy, question: Question, because: string): string | undefined => {
  const plane = policy.plane.name
  const where = `${plane}/${question.server}`
  if (because === 'unclassified')
    return `bailiwick server classify ${where} ${question.name} read|write|destructive`
  if (because !== 'no grant' && because !== 'grant ended') return undefined
  const parts = splitClientId(question.client)
  if (!parts) return undefined
  const key = { tool: 'tools', prompt: 'prompts', resource: 'resources', template: 'resources' }[
    question.kind
  ]
  return [
    'apiVersion: bailiwick/v1',
    'kind: Grant',
    `plane: ${plane}`,
    `name: ${grantName(policy, parts.agent, question.server)}`,
    `agent: ${parts.agent}`,
    `consumer: ${parts.consumer}`,
    `allow: [{ server: ${question.server}, ${key}: [${JSON.stringify(question.name)}] }]`,
    'reason: say why',
    '',
  ].join('\n')
}

const grantName = (policy: PlanePolicy, agent: string, server: string): string => {
  const base = `${agent}-${server}`.slice(0, 21).replace(/-+$/, '')
  for (let n = 1; ; n++) {
    const name = n === 1 ? base : `${base}-${n}`
    if (!policy.grants.has(name)) return name
  }
}
