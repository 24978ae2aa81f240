/**
 * What of one value some subschema has spoken of (2020-12 core §11: annotations of the applicators).
 * Kept only below `unevaluatedProperties` and `unevaluatedItems`, and thrown away with a subschema
 * that did not hold.
 */
export interface Seen {
  readonly members: Set<string>
  /** The first so many items. */
  items: number
  /** Single items behind those. */
  readonly single: Set<number>
}

export function nothingSeen(): Seen {
  return { members: new Set(), items: 0, single: new Set() }
}

export function see(seen: Seen, { members, items, single }: Seen): void {
  for (const member of members) seen.members.add(member)
  seen.items = Math.max(seen.items, items)
  for (const item of single) seen.single.add(item)
}
