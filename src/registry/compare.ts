import type { ServerDocument } from '#domain/documents.ts'
import type { StoredCapability } from '#store/store.ts'
import { classificationOf, type Item, itemOf, keyOf, type Rows } from './item.ts'
import type { Accepted } from './judge.ts'
import type { Observation } from './registry.ts'

/** What an observation changes: the items to be written, and what to tell of them. */
export interface Comparison extends Omit<Observation, 'refused'> {
  readonly items: readonly Item[]
}

/**
 * Pins are set by the first sight of a name. What a person has classified keeps its pin: a definition
 * that differs from it is held, alone, until it is released or has become what it was. What nobody
 * has classified is offered to nobody, and is pinned anew as it changes.
 */
export function compare(
  rows: Rows,
  accepted: readonly Accepted[],
  document: ServerDocument,
): Comparison {
  const items: Item[] = []
  const added: string[] = []
  const changed: string[] = []
  const gone: string[] = []
  const listed = new Set<string>()
  for (const one of accepted) {
    const key = keyOf(one.kind, one.name)
    const before = rows.get(key)?.stored
    const isClassified = classificationOf(document, one.kind, one.name) !== undefined
    const after = next(before, one, document.name, isClassified)
    listed.add(key)
    if (after === before) continue
    items.push(itemOf(after))
    if (before === undefined) added.push(one.name)
    const { observedFingerprint } = after
    const isNews = observedFingerprint !== before?.observedFingerprint
    if (observedFingerprint !== undefined && isNews) changed.push(one.name)
  }
  for (const [key, { stored }] of rows) {
    if (listed.has(key) || stored.absent) continue
    items.push(itemOf({ ...stored, ...UNOBSERVED, absent: true }))
    gone.push(stored.name)
  }
  return { items, added, changed, gone }
}

const UNOBSERVED = { observedFingerprint: undefined, observedDefinition: undefined }

/** The row as it should stand; the very same where nothing changed. */
function next(
  before: StoredCapability | undefined,
  { kind, name, fingerprint, text }: Accepted,
  server: string,
  isClassified: boolean,
): StoredCapability {
  const pinned = { server, kind, name, fingerprint, definition: text, ...UNOBSERVED, absent: false }
  if (before === undefined) return pinned
  if (fingerprint === before.fingerprint) {
    const isSame = !before.absent && before.observedFingerprint === undefined
    return isSame ? before : { ...before, ...UNOBSERVED, absent: false }
  }
  if (!isClassified) return pinned
  if (!before.absent && fingerprint === before.observedFingerprint) return before
  return {
    ...before,
    observedFingerprint: fingerprint,
    observedDefinition: text,
    absent: false,
  }
}
