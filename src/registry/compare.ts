import type { ServerDocument } from '#domain/documents.ts'
import type { StoredCapability } from '#store/store.ts'
import {
  classificationOf,
  type Item,
  isRestless,
  itemOf,
  keyOf,
  MOST_CHANGES,
  type Rows,
} from './item.ts'
import type { Accepted } from './judge.ts'
import type { Observation } from './registry.ts'

/** What an observation changes: the items to be written, and what to tell of them. */
export interface Comparison extends Omit<Observation, 'refused'> {
  readonly items: readonly Item[]
  /** What is newly held, with what is pinned and what is told. */
  readonly held: readonly Item[]
  /** Of what is written down no more: what the server tells now, undefined where that is nothing. */
  readonly told: ReadonlyMap<string, Accepted | undefined>
}

/**
 * Pins are set by the first sight of a name. What a person has classified keeps its pin: a definition
 * that differs from it is held, alone, until it is released or has become what it was. What nobody
 * has classified is offered to nobody, and is pinned anew as it changes.
 *
 * What changes ten times without a person having looked stays held whatever it becomes, and no more of
 * it is written: a server that turns back and forth fills neither the store nor the ledger.
 */
export function compare(
  rows: Rows,
  accepted: readonly Accepted[],
  document: ServerDocument,
): Comparison {
  const items: Item[] = []
  const held: Item[] = []
  const told = new Map<string, Accepted | undefined>()
  const names = { added: [] as string[], changed: [] as string[], gone: [] as string[] }
  let moved = 0
  const listed = new Set<string>()
  for (const one of accepted) {
    const key = keyOf(one.kind, one.name)
    listed.add(key)
    const before = rows.get(key)?.stored
    if (before && isRestless(before)) {
      told.set(key, one)
      continue
    }
    const after = next(before, one, document)
    if (after === before) continue
    const item = itemOf(after)
    items.push(item)
    if (before === undefined) names.added.push(one.name)
    else if (!before.absent) moved++
    const { observedFingerprint } = after
    if (observedFingerprint === undefined || observedFingerprint === before?.observedFingerprint)
      continue
    names.changed.push(one.name)
    held.push(item)
  }
  for (const [key, { stored }] of rows) {
    if (listed.has(key)) continue
    if (isRestless(stored)) told.set(key, undefined)
    if (isRestless(stored) || stored.absent) continue
    items.push(itemOf({ ...stored, ...UNOBSERVED, absent: true, changes: stored.changes + 1 }))
    names.gone.push(stored.name)
    moved++
  }
  return { items, held, told, ...names, isMost: isMost(moved, rows) }
}

const UNOBSERVED = { observedFingerprint: undefined, observedDefinition: undefined }

/** More than half of what was there, where that is more than a few. */
const isMost = (moved: number, rows: Rows): boolean => {
  if (moved < 3) return false
  const there = [...rows.values()].filter(({ stored }) => !stored.absent).length
  return moved * 2 > there
}

/** The row as it should stand; the very same where nothing changed. */
function next(
  before: StoredCapability | undefined,
  { kind, name, fingerprint, text }: Accepted,
  document: ServerDocument,
): StoredCapability {
  const pin = { fingerprint, definition: text, ...UNOBSERVED, absent: false }
  if (before === undefined) {
    return { server: document.name, kind, name, ...pin, version: 1, changes: 0, released: false }
  }
  const isSame = fingerprint === before.fingerprint
  if (!before.absent && fingerprint === (before.observedFingerprint ?? before.fingerprint)) {
    return before
  }
  const changes = before.changes + 1
  if (changes < MOST_CHANGES) {
    if (isSame) return { ...before, ...UNOBSERVED, absent: false, changes }
    if (classificationOf(document, kind, name) === undefined) {
      const version = before.released ? before.version + 1 : before.version
      return { ...before, ...pin, version, changes, released: false }
    }
  }
  return {
    ...before,
    observedFingerprint: fingerprint,
    observedDefinition: text,
    absent: false,
    changes,
  }
}
