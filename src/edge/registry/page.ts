import type { PlanePolicy } from '#change/change.ts'
import type { ItemHistory } from '#store/store.ts'
import { type Asker, type Item, itemsAfter } from './items.ts'
import { cursorOf, type ListQuery, readListQuery } from './query.ts'
import { descriptionOf, entryOf, fullName, versionOf } from './server-json.ts'

/** Of the entries that were asked for, those behind the cursor: whatever comes or goes meanwhile, none is told twice. */
export const listPage = (about: {
  origin: string
  plane: PlanePolicy
  asker: Asker
  history(item: string): ItemHistory | undefined
  query: URLSearchParams
}) => {
  const { origin, plane, asker, history } = about
  const query = readListQuery(about.query)
  const items: Item[] = []
  for (const item of itemsAfter(plane, asker, query.after)) {
    if (!isAskedFor(query, plane, item, history(item.name))) continue
    items.push(item)
    if (items.length > query.limit) break
  }
  const page = items.slice(0, query.limit)
  const last = page.at(-1)
  const servers = page.map((item) =>
    entryOf({ origin, plane: plane.plane, item, history: history(item.name), asker }),
  )
  return {
    servers,
    metadata: {
      count: servers.length,
      ...(items.length > page.length && last && { nextCursor: cursorOf(last.name) }),
    },
  }
}

const isAskedFor = (
  { search, updatedSince, version }: ListQuery,
  { plane }: PlanePolicy,
  item: Item,
  history: ItemHistory | undefined,
): boolean => {
  if (version !== undefined && version !== versionOf(history)) return false
  if (updatedSince !== undefined && (history?.lastAt ?? 0) < updatedSince) return false
  if (search === undefined) return true
  const texts = [fullName(plane, item.name), item.title ?? '', descriptionOf(item)]
  return texts.some((text) => text.toLowerCase().includes(search))
}
