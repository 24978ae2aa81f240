import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { ask } from '../../api/client.ts'
import { Problem } from '../../api/problem.ts'
import { type CallRow, keyOf, merged, type Step } from './merge.ts'
import type { CallAsk } from './question.ts'

const path = '/api/v1/planes/{plane}/calls'
const pageRows = 100

export interface Calls {
  readonly rows: readonly CallRow[]
  readonly keys: readonly string[]
  readonly isPending: boolean
  /** What stands is of what was asked before. */
  readonly isOld: boolean
  readonly isLooking: boolean
  readonly problem: Problem | null
  readonly problems: Step['problems']
  readonly more: (() => void) | undefined
  readonly retry: () => void
}

/**
 * The rows of all planes that are looked at. They stand as they were read: nothing but another question
 * or `generation` reads them anew, so that no row moves under who reads it.
 */
export const useCalls = (planes: readonly string[], about: CallAsk, generation: number): Calls => {
  const query = useInfiniteQuery<Step, Problem, { pages: Step[] }, unknown[], Step['cursor']>({
    queryKey: ['ledger.calls', planes, about, generation],
    queryFn: ({ pageParam, signal }) => stepBack(planes, about, pageParam, signal),
    initialPageParam: undefined,
    getNextPageParam: ({ cursor }) => cursor,
    staleTime: 'static',
    placeholderData: keepPreviousData,
    enabled: planes.length > 0,
  })
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage } = query
  const rows = useMemo(() => merged(data?.pages ?? []), [data])
  const keys = useMemo(() => rows.map(keyOf), [rows])
  const canGoOn = hasNextPage && !isFetchingNextPage && !query.isPlaceholderData
  const more = useMemo(
    () => (canGoOn ? () => void fetchNextPage() : undefined),
    [canGoOn, fetchNextPage],
  )
  return {
    rows,
    keys,
    isPending: query.isPending,
    isOld: query.isPlaceholderData,
    isLooking: hasNextPage,
    problem: query.error,
    problems: data?.pages.flatMap(({ problems }) => problems) ?? [],
    more,
    retry: () => void query.refetch(),
  }
}

/** A plane that does not answer is told of beside what the others answer. */
const stepBack = async (
  planes: readonly string[],
  about: CallAsk,
  cursor: Step['cursor'],
  signal: AbortSignal,
): Promise<Step> => {
  const here = cursor ? planes.filter((plane) => cursor[plane] !== undefined) : planes
  const told = await Promise.allSettled(
    here.map((plane) => {
      const after = cursor?.[plane]
      const query = { ...about, limit: pageRows, ...(after !== undefined && { after }) }
      return ask('get', path, { params: { path: { plane }, query }, signal })
    }),
  )
  const rows: CallRow[] = []
  const next: Record<string, string> = {}
  const problems: { plane: string; problem: Problem }[] = []
  for (const [at, one] of told.entries()) {
    const plane = here[at] ?? ''
    if (one.status === 'fulfilled') {
      rows.push(...one.value.items)
      if (one.value.next !== undefined) next[plane] = one.value.next
    } else if (one.reason instanceof Problem) problems.push({ plane, problem: one.reason })
    else throw one.reason
  }
  const [first] = problems
  if (first && problems.length === planes.length) throw first.problem
  return { rows, cursor: Object.keys(next).length > 0 ? next : undefined, problems }
}
