import type { Capability, CapabilityKind } from '#domain/capability.ts'
import type { ApiDocument, ServerDocument } from '#domain/documents.ts'
import type { Classification } from '#domain/item-documents.ts'
import { variablesOf } from '#mcp/template.ts'
import { variantDefinition, variantFingerprint } from './variant.ts'

/**
 * What an item offers, with what its document derives from it. A variant is pinned, held or absent
 * with its base. A name that the document gives to a variant is the variant's alone: whatever the item
 * itself calls so is shown to nobody, or it would pass for what has been taken out of it.
 */
export const withVariants = (
  own: readonly Capability[],
  document: ServerDocument | ApiDocument,
): readonly Capability[] => {
  const written = variantsIn(document)
  if (written.length === 0) return own
  const isTaken = ({ kind, name }: Capability) =>
    written.some((one) => one.name === name && one.kinds.includes(kind))
  const plain = own.filter((one) => !isTaken(one))
  return [...plain, ...written.flatMap((one) => derivedFrom(plain, one))]
}

interface Written {
  readonly kinds: readonly CapabilityKind[]
  readonly name: string
  readonly classification: Classification
}

const variantsIn = (document: ServerDocument | ApiDocument): readonly Written[] =>
  document.kind === 'API'
    ? variantsAmong(document.operations, ['operation'])
    : [
        ...variantsAmong(document.tools, ['tool']),
        ...variantsAmong(document.prompts, ['prompt']),
        ...variantsAmong(document.resources, ['resource', 'template']),
      ]

const variantsAmong = (
  member: Readonly<Record<string, Classification>> = {},
  kinds: Written['kinds'],
): readonly Written[] =>
  Object.entries(member)
    .filter(([, { variantOf }]) => variantOf !== undefined)
    .map(([name, classification]) => ({ kinds, name, classification }))

/** One, or none where the item does not offer its base, or it could not be called as its base is. */
const derivedFrom = (
  own: readonly Capability[],
  { kinds, name, classification }: Written,
): Capability[] => {
  const base = own.find((one) => one.name === classification.variantOf && kinds.includes(one.kind))
  if (!base || !isCalledAlike(base, name)) return []
  const { remove = [], mask = [] } = classification
  const derived = (of: Pick<Capability, 'fingerprint' | 'definition'>) => ({
    fingerprint: variantFingerprint(base.kind, of.fingerprint, { name, remove, mask }),
    definition: variantDefinition(base.kind, of.definition, { name, remove, mask }),
  })
  const { observed } = base
  return [
    {
      ...base,
      name,
      classification,
      ...derived(base),
      ...(observed && { observed: derived(observed) }),
    },
  ]
}

/** A URI is made of the same variables, so that the one can be read for the other. */
const isCalledAlike = ({ kind, name: base }: Capability, name: string): boolean => {
  if (kind !== 'resource' && kind !== 'template') return true
  const [its, own] = [base, name].map((one) => variablesOf(one)?.toSorted().join())
  return kind === 'resource' ? own === '' : own !== undefined && own === its
}
