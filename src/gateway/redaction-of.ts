import type { Capability } from '#domain/capability.ts'
import { compileRedaction, type Redaction } from '#lib/redaction.ts'

type Paths = NonNullable<Capability['classification']>
const known = new WeakMap<Paths, Redaction>()

/** What a variant takes out; compiled once for each classification. Paths that cannot be followed show nothing. */
export const redactionOf = ({ classification }: Capability): Redaction | undefined => {
  if (classification?.variantOf === undefined) return undefined
  let redaction = known.get(classification)
  if (!redaction) {
    const { remove = [], mask = [] } = classification
    const made = compileRedaction({ remove, mask })
    redaction = 'problem' in made ? { apply: () => undefined } : made
    known.set(classification, redaction)
  }
  return redaction
}
