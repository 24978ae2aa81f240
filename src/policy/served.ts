import type { PlanePolicy } from '#change/change.ts'
import type { Capability } from '#domain/capability.ts'
import type { ApiDocument, ServerDocument } from '#domain/documents.ts'
import type { LifeCycle } from '#domain/item-documents.ts'
import type { Requirement } from '#domain/requirement.ts'
import { capabilityName, type Suspension, suspensionKey } from '#domain/suspension.ts'
import type { CompiledQuota } from './grant.ts'
import { type CompiledRequirement, compileRequirement } from './requirement.ts'
import type { CompiledRule } from './rule.ts'
import type { Matches } from './select.ts'
import type { Shelf } from './shelf.ts'

/**
 * A server or an API as every caller meets it: what it has, what counts its calls, what rules are over
 * them and what stops them. It stands for one state of all these; whatever changes one of them makes a
 * new one, so that what was worked out from it holds for as long as it is the same object.
 */
export interface Served {
  readonly name: string
  readonly kind: 'server' | 'api'
  readonly owner: string
  /** Its own, its data classes included. */
  readonly labels: readonly string[]
  readonly lifeCycle: LifeCycle
  /** Of a token: by the plane, then by the item, as far as either says. */
  readonly required: readonly CompiledRequirement[]
  readonly shelf: Shelf
  quotasOf(capability: Capability): readonly CompiledQuota[]
  /** In order of name. */
  rulesOf(capability: Capability): readonly CompiledRule[]
  /** Whether a template has any of them: then they are over every URI that it makes. */
  boundsUris(): boolean
  /** Of the item as a whole. */
  readonly suspension: Suspension | undefined
  /** Of the item, of this capability, of what it is a variant of, or of a template that makes its URI. */
  suspensionOf(capability: Capability): Suspension | undefined
}

export interface Serving {
  readonly document: ServerDocument | ApiDocument
  readonly shelf: Shelf
  /** All of the plane, each in order of name. */
  readonly quotas: readonly CompiledQuota[]
  readonly rules: readonly CompiledRule[]
  readonly suspensions: PlanePolicy['suspensions']
  /** What the plane itself demands of every token. */
  readonly over: Requirement | undefined
}

export const createServed = (serving: Serving): Served => {
  const { document, shelf, quotas, rules, suspensions, over } = serving
  const { name, owner, require, lifeCycle = 'published' } = document
  const labels = labelsOf(document)
  const suspension = suspensions.get(suspensionKey('server', name))
  const [quotasOf, rulesOf] = [selected(quotas, name, labels), selected(rules, name, labels)]
  let boundsUris: boolean | undefined
  return {
    name,
    kind: document.kind === 'API' ? 'api' : 'server',
    owner,
    labels,
    lifeCycle,
    required: [over, require].flatMap((one) => (one ? [compileRequirement(one)] : [])),
    shelf,
    quotasOf,
    rulesOf,
    boundsUris() {
      boundsUris ??= shelf
        .list('template')
        .some((one) => quotasOf(one).length + rulesOf(one).length > 0)
      return boundsUris
    },
    suspension,
    suspensionOf(capability) {
      if (suspension) return suspension
      // What makes the URI of a resource is suspended with all that it makes.
      const beside = capability.kind === 'resource' ? shelf.fitting(capability.name) : []
      const all = [capability, shelf.baseOf(capability), ...beside.map((one) => one.capability)]
      const found = all.map(
        (one) => one && suspensions.get(suspensionKey('capability', capabilityName(one))),
      )
      return found.find((one) => one !== undefined)
    },
  }
}

/** Of an item itself, its data classes included. */
export const labelsOf = ({
  labels = [],
  data = [],
}: ServerDocument | ApiDocument): readonly string[] => [...labels, ...data]

/** Those that select a capability; worked out when it is first asked for. */
const selected = <T extends { readonly items: ReadonlySet<string> | undefined; selects: Matches }>(
  all: readonly T[],
  item: string,
  labels: readonly string[],
): ((capability: Capability) => readonly T[]) => {
  // Stryker disable next-line ConditionalExpression,MethodExpression: what is about other items selects nothing of this one.
  const here = all.filter(({ items }) => !items || items.has(item))
  const known = new Map<Capability, readonly T[]>()
  return (capability) => {
    let found = known.get(capability)
    // Stryker disable next-line ConditionalExpression: what is not kept is worked out again, and that takes longer.
    if (!found) {
      found = here.filter(({ selects }) => selects(capability, labels))
      // Stryker disable next-line CallExpression: what is not kept is worked out again, and that takes longer.
      known.set(capability, found)
    }
    return found
  }
}
