import { keepPreviousData, useQueries } from '@tanstack/react-query'
import { Problem } from './problem.ts'
import type { Manner } from './queries.ts'

interface Page<R> {
  readonly items: readonly R[]
  readonly next?: string | undefined
}

/** Asks for one page of a plane; `after` is to be spread into its query. */
export type AskPage<R> = (
  plane: string,
  query: { readonly limit: number; readonly after?: string },
  signal: AbortSignal,
) => Promise<Page<R>>

export interface All<R> {
  readonly rows: readonly R[]
  readonly isPending: boolean
  readonly isFetching: boolean
  readonly failures: readonly {
    readonly plane: string
    readonly problem: Problem
    readonly retry: () => void
  }[]
}

/**
 * Every page of a list in each of several planes, for lists that a person can oversee (items, agents,
 * suspensions): what is filtered and counted of them is counted of all.
 */
export const useAll = <R>(
  key: string,
  planes: readonly string[],
  askPage: AskPage<R>,
  manner: Manner = {},
): All<R> => {
  const queries = useQueries({
    queries: planes.map((plane) => ({
      queryKey: [key, 'all', plane],
      queryFn: ({ signal }: { signal: AbortSignal }) => everyPage(askPage, plane, signal),
      placeholderData: keepPreviousData,
      ...(manner.enabled !== undefined && { enabled: manner.enabled }),
      ...(manner.everyMs !== undefined && { refetchInterval: manner.everyMs }),
    })),
  })
  return {
    rows: queries.flatMap(({ data }) => data ?? []),
    isPending: queries.some(({ isLoading }) => isLoading),
    isFetching: queries.some(({ isFetching }) => isFetching),
    failures: queries.flatMap(({ error, refetch }, at) =>
      error instanceof Problem
        ? [{ plane: planes[at] ?? '', problem: error, retry: () => void refetch() }]
        : [],
    ),
  }
}

const everyPage = async <R>(
  askPage: AskPage<R>,
  plane: string,
  signal: AbortSignal,
): Promise<readonly R[]> => {
  const rows: R[] = []
  for (let after: string | undefined; ; ) {
    const page = await askPage(plane, { limit: 500, ...(after !== undefined && { after }) }, signal)
    rows.push(...page.items)
    if (page.next === undefined) return rows
    after = page.next
  }
}
