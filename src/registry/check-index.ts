import type { Check, DocumentName, Objection, PlanePolicy } from '#change/change.ts'
import type { Capability } from '#domain/capability.ts'
import type { ApiDocument, ServerDocument } from '#domain/documents.ts'
import type { PlaneId } from '#domain/name.ts'
import { indexedNames } from '#domain/personal.ts'
import { didYouMean } from '#lib/nearest.ts'
import { argumentNames } from '#mcp/arguments.ts'
import { matchTemplate } from '#mcp/template.ts'

const memberOf = {
  tool: 'tools',
  prompt: 'prompts',
  resource: 'resources',
  template: 'resources',
  operation: 'operations',
} as const

/** What an item would offer if its document said this. */
type Offers = (plane: PlaneId, document: ServerDocument | ApiDocument) => readonly Capability[]

/**
 * What an index names is judged when it is written, by the definition as it is known: of an argument
 * that there is none of, every entry would say that it was not given. What nobody has discovered yet
 * is not judged.
 */
export const checkIndexes =
  (offers: Offers): Check =>
  async ({ after, documents }, breathe) => {
    const objections: Objection[] = []
    for (const one of documents) {
      const policy = after.planes.get(one.plane)
      const item = itemNamed(policy, one)
      if (item) objections.push(...judge(one, offers(one.plane, item)))
      await breathe()
    }
    return objections
  }

const itemNamed = (policy: PlanePolicy | undefined, { kind, name }: DocumentName) => {
  if (kind === 'Server') return policy?.servers.get(name)
  return kind === 'API' ? policy?.apis.get(name) : undefined
}

const judge = (of: DocumentName, all: readonly Capability[]): Objection[] =>
  all.flatMap((capability) => {
    const index = indexedNames(capability.classification)
    if (index.length === 0) return []
    const { names, others } = takenBy(capability, all)
    return index.flatMap((name, at): Objection[] => {
      if (others || names.has(name)) return []
      const path = [memberOf[capability.kind], capability.name, 'index', at]
      const problem = `${capability.name} has no argument ${name}${didYouMean(name, names)}`
      const message = `${of.kind} ${of.name}: ${problem}`
      return [{ code: 'invalid value', message, at: { ...of, path } }]
    })
  })

/** A resource takes none; its URI has the variables of the templates that it fits. */
const takenBy = (capability: Capability, all: readonly Capability[]) => {
  const isFitting = (one: Capability) =>
    one.kind === 'template' && matchTemplate(one.name, capability.name) !== undefined
  const others = capability.kind === 'resource' ? all.filter(isFitting) : []
  const taken = [capability, ...others].map(({ kind, definition }) =>
    argumentNames(kind, definition),
  )
  return {
    names: new Set(taken.flatMap(({ names }) => [...names])),
    others: taken.some((one) => one.others),
  }
}
