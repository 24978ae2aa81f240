import { type All, type RowOf, useAll } from '../../api/all.ts'

const path = '/api/v1/planes/{plane}/grants'
export type Grant = RowOf<typeof path>['document']

/** Every grant of a plane. */
export const useGrants = (plane: string): All<Grant> => {
  const all = useAll(path, [plane])
  return { ...all, rows: all.rows.map(({ document }) => document) }
}

/** Those that name the item; what is granted by label or class alone names none. */
export const grantsOver = (grants: readonly Grant[], server: string): readonly Grant[] =>
  grants.filter(({ allow }) =>
    [allow].flat().some((one) => 'server' in one && one.server === server),
  )
