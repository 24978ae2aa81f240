import { type All, type RowOf, useAll } from '../../api/all.ts'
import { useAnswers } from '../../api/queries.ts'

const path = '/api/v1/planes/{plane}/status/servers'
export type ItemRow = RowOf<typeof path>

/** Every item of these planes, with how it is now. */
export const useItems = (planes: readonly string[], everyMs?: number): All<ItemRow> =>
  useAll(path, planes, everyMs === undefined ? {} : { everyMs })

export interface Use {
  readonly calls: number
  readonly denied: number
}

/** Calls of a day, and how many of them were denied, by item: counted in the ledger. */
export const useUse = (planes: readonly string[]): ReadonlyMap<string, Use> => {
  const facets = '/api/v1/planes/{plane}/calls/facets'
  const about = { since: '24h', field: ['server'], top: 100 }
  const all = useAnswers(
    facets,
    planes.map((plane) => [plane, { params: { path: { plane }, query: about } }]),
  )
  const denied = useAnswers(
    facets,
    planes.map((plane) => [
      plane,
      { params: { path: { plane }, query: { ...about, result: ['denied'] } } },
    ]),
  )
  const found = new Map<string, { calls: number; denied: number }>()
  const add = (answers: typeof all, what: keyof Use) => {
    for (const { plane, query } of answers)
      for (const { value, count } of query.data?.facets[0]?.values ?? []) {
        const key = `${plane}/${value}`
        const use = found.get(key) ?? { calls: 0, denied: 0 }
        use[what] = count
        found.set(key, use)
      }
  }
  add(all, 'calls')
  add(denied, 'denied')
  return found
}
