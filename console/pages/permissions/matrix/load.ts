import { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { type Answer, type Ask, ask } from '../../../api/client.ts'
import type { Problem } from '../../../api/problem.ts'

export const matrixPath = '/api/v1/planes/{plane}/matrix'

export type MatrixAnswer = Answer<'get', typeof matrixPath>
export type Row = MatrixAnswer['rows'][number]
export type Column = MatrixAnswer['columns'][number]
export type Cell = Row['cells'][number]
export type Asked = NonNullable<NonNullable<Ask<'get', typeof matrixPath>['params']>['query']>

const pageRows = 1000

export interface Matrix {
  readonly columns: readonly Column[]
  readonly rows: readonly Row[]
  readonly revision: number | undefined
  /** Rows that have not been asked for yet: a server's last page may still be on its way. */
  readonly more: (() => void) | undefined
  readonly isPending: boolean
  readonly problem: Problem | null
  readonly again: () => void
}

const nothing: readonly never[] = []

/** What every agent meets at every capability, page behind page. */
export const useMatrix = (plane: string, asked: Asked): Matrix => {
  const query = useInfiniteQuery<
    MatrixAnswer,
    Problem,
    { pages: MatrixAnswer[] },
    unknown[],
    string
  >({
    queryKey: [matrixPath, plane, asked],
    queryFn: ({ pageParam, signal }) =>
      ask('get', matrixPath, {
        params: {
          path: { plane },
          query: { ...asked, limit: pageRows, ...(pageParam !== '' && { after: pageParam }) },
        },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
  })
  const { data, isPending, error, hasNextPage, isFetchingNextPage } = query
  const rows = useMemo(() => data?.pages.flatMap((page) => page.rows) ?? nothing, [data])
  return {
    columns: data?.pages[0]?.columns ?? nothing,
    rows,
    revision: data?.pages[0]?.revision,
    more: hasNextPage && !isFetchingNextPage ? () => void query.fetchNextPage() : undefined,
    isPending,
    problem: error,
    again: () => void query.refetch(),
  }
}
