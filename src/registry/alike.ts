import type { CapabilityKind } from '#domain/capability.ts'
import { hasLooks, looksOf } from '#domain/looks.ts'
import type { Rows } from './item.ts'

/** Names by their looks; those of one server, or of what has just been taken in of it. */
export interface Alike {
  /** Another name that looks like this one. */
  find(kind: CapabilityKind, name: string): string | undefined
}

export function createAlike() {
  const names = new Map<string, string>()
  return {
    add(kind: CapabilityKind, name: string): void {
      for (const key of keysOf(kind, name)) if (!names.has(key)) names.set(key, name)
    },
    find(kind: CapabilityKind, name: string): string | undefined {
      const found = keysOf(kind, name).flatMap((key) => names.get(key) ?? [])
      return found.find((other) => other !== name)
    },
  }
}

/** Operations are offered as tools: the two are read in the same places. */
const keysOf = (kind: CapabilityKind, name: string): readonly string[] => {
  const read = kind === 'operation' ? 'tool' : kind
  return hasLooks(kind) ? looksOf(name).map((key) => `${read} ${key}`) : []
}

const known = new WeakMap<Rows, Alike>()

/** Of what a server offers; worked out once for as long as that is the same. */
export function alikeIn(rows: Rows): Alike {
  let alike = known.get(rows)
  if (!alike) {
    const made = createAlike()
    for (const { stored } of rows.values()) if (!stored.absent) made.add(stored.kind, stored.name)
    alike = made
    known.set(rows, alike)
  }
  return alike
}
