import { type All, useAll } from '../../api/all.ts'
import { type Answer, ask } from '../../api/client.ts'

const path = '/api/v1/planes/{plane}/status/capabilities'
export type Held = Answer<'get', typeof path>['items'][number] & { readonly plane: string }

/** What waits for a person: definitions that changed, and what is classified and gone from its server. */
export const useHeld = (planes: readonly string[], state: 'held' | 'absent'): All<Held> =>
  useAll<Held>(
    `${path} ${state}`,
    planes,
    async (plane, query, signal) => {
      const page = await ask('get', path, {
        params: { path: { plane }, query: { ...query, state: [state] } },
        signal,
      })
      return { ...page, items: page.items.map((one) => ({ ...one, plane })) }
    },
    { everyMs: 10_000 },
  )
