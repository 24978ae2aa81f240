import { type All, useAll } from '../../api/all.ts'
import { type Answer, ask } from '../../api/client.ts'
import { useAnswers } from '../../api/queries.ts'

const path = '/api/v1/planes/{plane}/status/servers'
export type ItemRow = Answer<'get', typeof path>['items'][number]

/** Every item of these planes, with how it is now. */
export const useItems = (planes: readonly string[], everyMs?: number): All<ItemRow> =>
  useAll<ItemRow>(
    path,
    planes,
    (plane, query, signal) => ask('get', path, { params: { path: { plane }, query }, signal }),
    everyMs === undefined ? {} : { everyMs },
  )

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
