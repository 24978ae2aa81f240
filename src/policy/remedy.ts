import type { PlanePolicy } from '#change/change.ts'
import type { Capability, CapabilityKind } from '#domain/capability.ts'
import { type ClientId, splitClientId } from '#domain/name.ts'
import { capabilityClasses } from '#domain/selector.ts'
import { type Suspension, suspensionCommand } from '#domain/suspension.ts'
import { shellWord } from '#lib/shell.ts'

/** What would change an answer: commands that can be typed as they stand, one a line, or one document. */

/** One command for each class: which it is, a person decides. */
export const classifying = (where: string, { kind, name }: Capability): string => {
  const ofKind = kind === 'tool' ? '' : ` --kind ${kind}`
  return capabilityClasses
    .map((one) => `bailiwick server classify ${where} ${shellWord(name)} ${one}${ofKind}`)
    .join('\n')
}

export const releasing = (where: string, name: string): string =>
  `bailiwick server release ${where} ${shellWord(name)}`

export const resuming = (plane: string, suspension: Suspension): string =>
  suspensionCommand('resume', plane, suspension)

const membersOf = {
  tool: 'tools',
  prompt: 'prompts',
  resource: 'resources',
  template: 'resources',
  operation: 'operations',
} as const satisfies Record<CapabilityKind, string>

/** A document, but for its reason. */
export const granting = (
  policy: PlanePolicy,
  question: { client: ClientId; server: string; kind: CapabilityKind; name: string },
): string | undefined => {
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
