import { type All, type RowOf, useAll } from '../api/all.ts'

const path = '/api/v1/planes/{plane}/suspensions'
export type Suspension = RowOf<typeof path>

/** Who and what is suspended in these planes. */
export const useSuspensions = (planes: readonly string[]): All<Suspension> => useAll(path, planes)

/** Who may not read suspensions is told of none: what is asked for is `suspended`, not why. */
export const suspensionOf = (
  all: readonly Suspension[],
  about: Pick<Suspension, 'plane' | 'kind' | 'name'>,
): Suspension | undefined =>
  all.find(
    ({ plane, kind, name }) => plane === about.plane && kind === about.kind && name === about.name,
  )
