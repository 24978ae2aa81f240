import { toYaml } from '#change/canonical.ts'
import type { PlanePolicy } from '#change/change.ts'
import type { Capability, CapabilityKind } from '#domain/capability.ts'
import type { Document } from '#domain/documents.ts'
import { type ClientId, splitClientId } from '#domain/name.ts'
import { capabilityClasses } from '#domain/selector.ts'
import { type Suspension, suspensionCommand } from '#domain/suspension.ts'
import { shellWord } from '#lib/shell.ts'
import type { Trial } from './trial.ts'

interface Asked {
  readonly client: ClientId
  readonly server: string
  readonly kind: CapabilityKind
  readonly name: string
}

/** What would change an answer: commands that can be typed as they stand, one a line, or one document. */
export const remedyOf = (
  policy: PlanePolicy,
  asked: Asked,
  { decision, outcome, grants }: Trial,
): string | undefined => {
  if (decision.permitted || outcome === 'depends') return undefined
  const { refusal, capability } = decision
  const name = capability?.name ?? asked.name
  const where = `${policy.plane.name}/${asked.server}`
  switch (refusal.reason) {
    case 'held':
      return releasing(where, name)
    case 'suspended':
      return resuming(policy.plane.name, refusal.suspension)
    // No grant overrides a rule: it is the rule that would have to say something else.
    case 'rule':
      return asItStands(policy.rules.get(refusal.rule))
    // So it is where a condition is not true: a grant without one would permit more than is meant.
    case 'condition':
      return asItStands(policy.grants.get(refusal.grants[0] ?? ''))
    case 'unknown':
      break
    default:
      return undefined
  }
  switch (refusal.because) {
    case 'unclassified':
      return capability && classifying(where, capability)
    case 'no grant':
    case 'grant ended':
      return granting(policy, { ...asked, name })
    case 'condition not met': {
      const [untrue] = [...grants].find(([, verdict]) => verdict !== 'ended') ?? []
      return asItStands(policy.grants.get(untrue ?? ''))
    }
    default:
      return undefined
  }
}

const asItStands = (document: Document | undefined): string | undefined =>
  document && toYaml(document)

/** One command for each class: which it is, a person decides. */
const classifying = (where: string, { kind, name }: Capability): string => {
  const ofKind = kind === 'tool' ? '' : ` --kind ${kind}`
  return capabilityClasses
    .map((one) => `bailiwick server classify ${where} ${shellWord(name)} ${one}${ofKind}`)
    .join('\n')
}

const releasing = (where: string, name: string): string =>
  `bailiwick server release ${where} ${shellWord(name)}`

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
