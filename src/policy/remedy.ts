import { toYaml } from '#change/canonical.ts'
import type { PlanePolicy } from '#change/change.ts'
import type { Capability, CapabilityKind } from '#domain/capability.ts'
import type { GrantDocument, RuleDocument } from '#domain/documents.ts'
import { type ClientId, splitClientId } from '#domain/name.ts'
import { capabilityClasses } from '#domain/selector.ts'
import { type Suspension, suspensionCommand } from '#domain/suspension.ts'
import { shellWord } from '#lib/shell.ts'
import type { InTheWay } from './policy.ts'
import { denyingRule, type Trial } from './trial.ts'

interface Asked {
  readonly client: ClientId
  readonly server: string
  readonly kind: CapabilityKind
  readonly name: string
}

/**
 * What changes an answer: commands that can be typed as they stand, one a line, of which each is one
 * that does; or one document. It may be that something else refuses then.
 */
export const remedyOf = (
  policy: PlanePolicy,
  asked: Asked,
  { decision, outcome }: Trial,
): string | undefined => {
  if (decision.permitted || outcome === 'depends') return undefined
  const { refusal, capability } = decision
  const where = `${policy.plane.name}/${asked.server}`
  const met = { kind: capability?.kind ?? asked.kind, name: capability?.name ?? asked.name }
  if (refusal.reason === 'held') return releasing(where, met)
  if (refusal.reason === 'suspended') return resuming(policy.plane.name, refusal.suspension)
  if (refusal.reason !== 'unknown') return undefined
  switch (refusal.because) {
    case 'unclassified':
      return capability && classifying(where, capability)
    case 'no grant':
    case 'grant ended':
      return granting(policy, { ...asked, ...met })
    case 'not published':
      return `bailiwick server publish ${where}`
    default:
      return undefined
  }
}

/**
 * The rule or the grant that would have to say something else. No grant overrides a rule; and where a
 * condition is not true, a grant without one would permit more than is meant.
 */
export const inTheWayOf = (policy: PlanePolicy, trial: Trial): InTheWay | undefined => {
  const { decision, outcome, grants } = trial
  if (decision.permitted || outcome === 'depends') return undefined
  const { refusal } = decision
  const rule = (name: string) => asItStands(policy.rules.get(name))
  const grant = (name: string | undefined) => asItStands(policy.grants.get(name ?? ''))
  if (refusal.reason === 'rule') return rule(refusal.rule)
  if (refusal.reason === 'condition') {
    const denying = denyingRule(trial)
    return denying ? rule(denying.rule) : grant(refusal.grants[0])
  }
  if (refusal.reason !== 'unknown' || refusal.because !== 'condition not met') return undefined
  return grant([...grants].find(([, verdict]) => verdict !== 'ended')?.[0])
}

const asItStands = (document: GrantDocument | RuleDocument | undefined): InTheWay | undefined =>
  document && { kind: document.kind, name: document.name, document: toYaml(document) }

/** One command for each class: which it is, a person decides. */
const classifying = (where: string, { kind, name }: Capability): string => {
  return capabilityClasses
    .map((one) => `bailiwick server classify ${where} ${shellWord(name)} ${one}${ofKind(kind)}`)
    .join('\n')
}

const releasing = (where: string, { kind, name }: Pick<Asked, 'kind' | 'name'>): string =>
  `bailiwick server release ${where} ${shellWord(name)}${ofKind(kind)}`

const ofKind = (kind: CapabilityKind): string => (kind === 'tool' ? '' : ` --kind ${kind}`)

const resuming = (plane: string, suspension: Suspension): string =>
  suspensionCommand('resume', plane, suspension)

const membersOf = {
  tool: 'tools',
  prompt: 'prompts',
  resource: 'resources',
  template: 'resources',
  operation: 'operations',
} as const satisfies Record<CapabilityKind, string>

/** A document, but for its reason. */
const granting = (policy: PlanePolicy, question: Asked): string | undefined => {
  const plane = policy.plane.name
  const parts = splitClientId(question.client)
  if (!parts) return undefined
  const key = membersOf[question.kind]
  const item = question.kind === 'operation' ? 'api' : 'server'
  return [
    'apiVersion: bailiwick/v1',
    'kind: Grant',
    `plane: ${plane}`,
    `name: ${grantName(policy, parts.agent, question.server)}`,
    `agent: ${parts.agent}`,
    `consumer: ${parts.consumer}`,
    `allow: [{ ${item}: ${question.server}, ${key}: [${JSON.stringify(question.name)}] }]`,
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
