import type { Problem } from '../../api/problem.ts'
import { useAnswers } from '../../api/queries.ts'
import { usePlanes } from '../../parts/planes.tsx'
import type { ItemAnswer } from './classes.ts'
import { useItems } from './items.ts'

interface Found {
  readonly item: ItemAnswer | undefined
  readonly problem: Problem | undefined
  readonly isPending: boolean
  retry(): void
}

/**
 * An item by its name, in whichever of the planes that are looked at has it: the address need not say. Of
 * several planes those are asked that list it; where none does, the first one says that it is not there.
 */
export const useItem = (name: string, enabled = true): Found => {
  const planes = usePlanes()
  const isOne = planes.length < 2
  const lists = useItems(isOne ? [] : planes)
  const listing = lists.rows.filter(({ server }) => server === name).map(({ plane }) => plane)
  const asked = isOne || (listing.length === 0 && !lists.isPending) ? planes.slice(0, 1) : listing
  const answers = useAnswers(
    '/api/v1/planes/{plane}/status/servers/{name}',
    asked.map((plane) => [plane, { params: { path: { plane, name } } }]),
    { everyMs: 10_000, enabled },
  )
  // While another item is asked for, the one before it stands in its place.
  const item = answers.find(({ query }) => query.data?.server === name)?.query.data
  const failed = answers.find(({ query }) => query.error)?.query
  return {
    item,
    problem: item ? undefined : (failed?.error ?? undefined),
    isPending: !item && (lists.isPending || answers.some(({ query }) => query.isPending)),
    retry: () => {
      for (const { query } of answers) void query.refetch()
    },
  }
}
