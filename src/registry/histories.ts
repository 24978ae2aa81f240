import type { PlaneId } from '#domain/name.ts'
import type { ItemHistory, RevisionChange, Revisions } from '#store/store.ts'

/** What is told of an item to whoever keeps a copy of the catalogue: how often it was changed, and when. */
export interface Histories {
  /** Undefined for what never was an item. */
  of(plane: PlaneId, item: string): ItemHistory | undefined
  /** Takes in what moved; the same change twice is taken once. */
  follow(changes: readonly RevisionChange[]): Promise<void>
}

/** Reads what the store knows of these planes; others are read when they are first told of. */
export async function createHistories(
  revisions: Pick<Revisions, 'find' | 'itemHistories'>,
  planes: readonly PlaneId[],
): Promise<Histories> {
  const all = new Map<PlaneId, Map<string, ItemHistory>>()
  const load = async (plane: PlaneId): Promise<Map<string, ItemHistory>> => {
    const told = await revisions.itemHistories(plane)
    const items = new Map(told.map((one) => [one.item, one]))
    all.set(plane, items)
    return items
  }
  for (const plane of planes) await load(plane)

  return {
    of: (plane, item) => all.get(plane)?.get(item),
    async follow(changes) {
      let read: { revision: number; at: number } | undefined
      for (const { plane, name, revision } of changes.filter(isOfItem)) {
        const items = all.get(plane) ?? (await load(plane))
        const before = items.get(name)
        if (before && before.revision >= revision) continue
        if (read?.revision !== revision)
          read = { revision, at: (await revisions.find(revision))?.at ?? 0 }
        items.set(name, changed(name, before, read))
      }
    },
  }
}

const isOfItem = ({ topic, kind }: RevisionChange): boolean =>
  topic === 'capability' || (topic === 'document' && (kind === 'Server' || kind === 'API'))

const changed = (
  item: string,
  before: ItemHistory | undefined,
  { revision, at }: { revision: number; at: number },
): ItemHistory => ({
  item,
  count: (before?.count ?? 0) + 1,
  revision,
  firstAt: before?.firstAt ?? at,
  lastAt: Math.max(before?.lastAt ?? at, at),
})
