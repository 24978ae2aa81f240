import type { CapabilityKind } from '#domain/capability.ts'
import { compileSchema } from '#lib/json-schema/schema.ts'
import { visible } from '../visible.ts'
import type { Finding } from './finding.ts'

type Definition = Readonly<Record<string, unknown>>

/** Once for each definition: whoever looks at ten thousand tools again compiles nothing. */
const known = new WeakMap<Definition, readonly Finding[]>()

/**
 * What of a schema no argument is checked against, and so is the server's own to refuse: a keyword of
 * a strange form, a pattern that cannot be bounded. A schema that cannot be followed at all lets
 * nothing through, which its owner would else learn from the first call.
 */
export function findUnchecked(kind: CapabilityKind, definition: Definition): readonly Finding[] {
  if (kind !== 'tool' && kind !== 'operation') return []
  const found = known.get(definition) ?? findIn(definition.inputSchema)
  known.set(definition, found)
  return found
}

function findIn(inputSchema: unknown): readonly Finding[] {
  if (inputSchema === undefined) return []
  const schema = compileSchema(inputSchema)
  const finding = (says: string, what: string): Finding => ({
    ...{ severity: 'warning', says, at: '/inputSchema', excerpt: visible(what) },
  })
  return 'problem' in schema
    ? [finding('no call is let through, for its arguments cannot be checked', schema.problem)]
    : schema.unchecked.map((what) => finding('no argument is checked against this', what))
}
