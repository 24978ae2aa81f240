import { createHash } from 'node:crypto'
import type { CapabilityKind } from '#domain/capability.ts'
import { canonicalJson } from '#lib/json.ts'
import { MASK } from '#lib/redaction.ts'
import type { Definition } from './item.ts'

/** What the owner of a server says of a variant: paths of RFC 9535 over results of another capability. */
export interface Variant {
  /** As of a capability: the tool's or prompt's name, the resource's URI, the URI template. */
  readonly name: string
  readonly remove: readonly string[]
  readonly mask: readonly string[]
}

/** What of a definition stays true when fields are taken out of what it gives. */
const KEPT: Readonly<Record<CapabilityKind, readonly string[]>> = {
  tool: ['inputSchema', 'annotations'],
  prompt: ['arguments'],
  resource: ['name', 'mimeType', 'annotations'],
  template: ['name', 'mimeType', 'annotations'],
  operation: ['inputSchema', 'annotations'],
}

const KEY = {
  tool: 'name',
  prompt: 'name',
  resource: 'uri',
  template: 'uriTemplate',
  operation: 'name',
} as const

/**
 * The definition under which a variant is listed, from the pinned one of its base, which it does not
 * name: who may use the variant need not know that there is more. `outputSchema` is left out. A client
 * refuses a result that does not match it (server/tools §Output Schema), and no schema derived from
 * the base's would be sure to: a required member may be removed, a number masked by a text. So are
 * `size`, icons, `_meta` and whatever no specification names.
 */
export function variantDefinition(
  kind: CapabilityKind,
  base: Definition,
  variant: Variant,
): Definition {
  const kept = KEPT[kind].flatMap((member) => {
    const value = base[member]
    return value === undefined ? [] : [[member, value] as const]
  })
  const { description } = base
  const said = typeof description === 'string' && description !== '' ? `${description}\n\n` : ''
  return {
    ...Object.fromEntries(kept),
    [KEY[kind]]: variant.name,
    ...titleOf(base),
    description: `${said}${sentence(variant)}`,
  }
}

/**
 * What a variant is known by: it changes when its base does, or what is taken out of it. Written in
 * another order it is the same.
 */
export function variantFingerprint(
  kind: CapabilityKind,
  baseFingerprint: string,
  { name, remove, mask }: Variant,
): string {
  const of = (paths: readonly string[]) => [...new Set(paths)].sort()
  const variant = { kind, name, remove: of(remove), mask: of(mask) }
  const statement = canonicalJson({ base: baseFingerprint, variant })
  return createHash('sha256').update(statement).digest('hex')
}

function titleOf({ title, annotations }: Definition): Definition {
  const older =
    typeof annotations === 'object' && annotations !== null && 'title' in annotations
      ? annotations.title
      : undefined
  const shown = title ?? older
  return typeof shown === 'string' ? { title: `${shown} (redacted)` } : {}
}

/** Paths are told as far as a model reads on. */
const SHOWN = 8

function sentence({ remove, mask }: Variant): string {
  const parts = [
    ...(remove.length > 0 ? [`${listed(remove)} removed`] : []),
    ...(mask.length > 0 ? [`${listed(mask)} replaced by "${MASK}"`] : []),
  ]
  return `Redacted variant: in results ${parts.join(', and ')}; what is not JSON is withheld.`
}

function listed(paths: readonly string[]): string {
  const more = paths.length > SHOWN ? ` and ${paths.length - SHOWN} more` : ''
  const verb = paths.length === 1 ? 'is' : 'are'
  return `${paths.slice(0, SHOWN).join(', ')}${more} ${verb}`
}
