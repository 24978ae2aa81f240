import { type UseQueryResult, useQueries } from '@tanstack/react-query'
import { type Answer, ask } from '../../api/client.ts'
import type { Problem } from '../../api/problem.ts'
import type { Effect } from '../../ui/Effect.tsx'
import type { Way } from './ways.ts'

export interface EffectOfGrant extends Effect {
  /** Policy tests that would fail. */
  readonly failing: readonly string[]
}

interface About {
  readonly plane: string
  readonly agent: string
  readonly consumer: string
  readonly server: string
}

/** What each way would change, by the evaluator: cells of its agent on its server, tests, and calls of a week. */
export const useEffectsOf = (
  about: About,
  ways: readonly Way[],
): readonly UseQueryResult<EffectOfGrant, Problem>[] =>
  useQueries({
    queries: ways.map((way) => ({
      queryKey: ['effect', about, way.document],
      queryFn: () => effectOf(about, way),
      placeholderData: undefined,
    })),
  }) as UseQueryResult<EffectOfGrant, Problem>[]

const effectOf = async (about: About, way: Way): Promise<EffectOfGrant> => {
  const { plane, ...filter } = about
  const draft = { files: [{ name: 'grant.json', text: JSON.stringify(way.document) }] }
  const params = { path: { plane } }
  const [cells, tested, replayed] = await Promise.all([
    ask('post', '/api/v1/planes/{plane}/matrix', {
      params,
      body: { ...filter, limit: 2000, draft },
    }),
    ask('post', '/api/v1/planes/{plane}/policy/test', { params, body: { draft } }),
    ask('post', '/api/v1/planes/{plane}/policy/replay', { params, body: { draft, since: '7d' } }),
  ])
  const failing = tested.tests.filter(({ holds }) => !holds).map(({ name }) => name)
  return {
    ...countOf(cells),
    failing,
    tests: { passed: tested.tests.length - failing.length, total: tested.tests.length },
    newlyPermitted: replayed.newlyPermitted.calls,
    newlyDenied: replayed.newlyDenied.calls,
  }
}

const countOf = ({
  rows,
  columns,
}: Answer<'post', '/api/v1/planes/{plane}/matrix'>): { cells: number; agents: number } => {
  const changed = rows.flatMap(({ cells, now }) =>
    columns.filter((_, at) => now !== undefined && cells[at] !== now[at]),
  )
  return { cells: changed.length, agents: new Set(changed.map(({ agent }) => agent)).size }
}
