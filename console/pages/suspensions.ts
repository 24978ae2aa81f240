import { type All, useAll } from '../api/all.ts'
import { type Answer, ask } from '../api/client.ts'

const path = '/api/v1/planes/{plane}/suspensions'
export type Suspension = Answer<'get', typeof path>['items'][number]

/** Who and what is suspended in these planes. */
export const useSuspensions = (planes: readonly string[]): All<Suspension> =>
  useAll<Suspension>(path, planes, (plane, query, signal) =>
    ask('get', path, { params: { path: { plane }, query }, signal }),
  )

/** Who may not read suspensions is told of none: what is asked for is `suspended`, not why. */
export const suspensionOf = (
  all: readonly Suspension[],
  about: Pick<Suspension, 'plane' | 'kind' | 'name'>,
): Suspension | undefined =>
  all.find(
    ({ plane, kind, name }) => plane === about.plane && kind === about.kind && name === about.name,
  )
