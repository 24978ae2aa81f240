import { useQuery } from '@tanstack/react-query'
import { type Answer, ask } from '../api/client.ts'
import type { Problem } from '../api/problem.ts'
import type { Effect } from '../ui/Effect.tsx'

export interface Draft {
  readonly plane: string
  readonly documents: readonly object[]
  /** The set of files that manages them. */
  readonly set?: string | undefined
  /** Where the documents are about one item alone, so that no other row is asked about. */
  readonly server?: string | undefined
}

const filesOf = ({ documents, set }: Draft) => ({
  files: [
    { name: 'draft.yaml', text: documents.map((one) => JSON.stringify(one)).join('\n---\n') },
  ],
  ...(set !== undefined && { set }),
})

type Matrix = Answer<'post', '/api/v1/planes/{plane}/matrix'>

/** Asked of the evaluator of the gateway: the screen works out nothing by itself. */
const effectOf = async (draft: Draft, signal: AbortSignal): Promise<Effect> => {
  const params = { path: { plane: draft.plane } }
  const drafted = filesOf(draft)
  const [changed, tests, replay] = await Promise.all([
    changedCells(draft, signal),
    ask('post', '/api/v1/planes/{plane}/policy/test', { params, body: { draft: drafted }, signal }),
    ask('post', '/api/v1/planes/{plane}/policy/replay', {
      params,
      body: { since: '7d', draft: drafted },
      signal,
    }),
  ])
  return {
    ...changed,
    tests: {
      passed: tests.tests.filter(({ holds }) => holds).length,
      total: tests.tests.length,
    },
    newlyPermitted: replay.newlyPermitted.calls,
    newlyDenied: replay.newlyDenied.calls,
  }
}

const changedCells = async (draft: Draft, signal: AbortSignal) => {
  const agents = new Set<string>()
  let cells = 0
  for (let after: string | undefined; ; ) {
    const page: Matrix = await ask('post', '/api/v1/planes/{plane}/matrix', {
      params: { path: { plane: draft.plane } },
      body: {
        draft: filesOf(draft),
        limit: 2000,
        ...(draft.server !== undefined && { server: draft.server }),
        ...(after !== undefined && { after }),
      },
      signal,
    })
    for (const row of page.rows)
      for (const [at, cell] of row.cells.entries())
        if (cell !== row.now?.[at]) {
          cells++
          agents.add(page.columns[at]?.agent ?? '')
        }
    if (page.next === undefined) return { cells, agents: agents.size }
    after = page.next
  }
}

/** What a draft would change; asked anew whenever it says something else. */
export const useEffectOf = (draft: Draft | undefined) =>
  useQuery<Effect, Problem>({
    queryKey: ['effect', draft],
    queryFn: ({ signal }) => {
      if (!draft) throw new Error('nothing is drafted')
      return effectOf(draft, signal)
    },
    enabled: draft !== undefined,
    staleTime: 0,
    retry: false,
  })
