import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { Problem } from '../../api/problem.ts'
import { type CallRow, keyOf, merged, type Step } from './merge.ts'

export interface Calls {
  readonly rows: readonly CallRow[]
  readonly keys: readonly string[]
  readonly isPending: boolean
  /** What stands is of what was asked before. */
  readonly isOld: boolean
  readonly isLooking: boolean
  readonly problem: Problem | null
  readonly problems: Step['problems']
  /** Of calls before it nothing is told; undefined where all of the time was looked at. UTC milliseconds. */
  readonly cutAt: number | undefined
  readonly more: (() => void) | undefined
  readonly retry: () => void
}

interface Page {
  readonly items: readonly CallRow[]
  readonly next?: string
  readonly cutAt?: number
}

/**
 * The rows of all planes that are looked at. They stand as they were read: nothing but another `key`
 * reads them anew, so that no row moves under who reads it.
 */
export const useSteps = (
  key: readonly unknown[],
  planes: readonly string[],
  askPlane: (plane: string, after: string | undefined, signal: AbortSignal) => Promise<Page>,
  /** `isAskedOnce`: nothing is asked again by itself, and nothing stands of what was asked before. */
  { isAskedOnce = false }: { readonly isAskedOnce?: boolean } = {},
): Calls => {
  const query = useInfiniteQuery<Step, Problem, { pages: Step[] }, unknown[], Step['cursor']>({
    queryKey: [...key],
    queryFn: ({ pageParam, signal }) => stepBack(planes, askPlane, pageParam, signal),
    initialPageParam: undefined,
    getNextPageParam: ({ cursor }) => cursor,
    staleTime: 'static',
    enabled: planes.length > 0,
    ...(isAskedOnce
      ? { retry: false, gcTime: 0, placeholderData: () => undefined }
      : { placeholderData: keepPreviousData }),
  })
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage } = query
  const rows = useMemo(() => merged(data?.pages ?? []), [data])
  const keys = useMemo(() => rows.map(keyOf), [rows])
  const canGoOn = hasNextPage && !isFetchingNextPage && !query.isPlaceholderData
  const more = useMemo(
    () => (canGoOn ? () => void fetchNextPage() : undefined),
    [canGoOn, fetchNextPage],
  )
  const cuts = data?.pages.flatMap(({ cutAt }) => cutAt ?? []) ?? []
  return {
    rows,
    keys,
    isPending: query.isPending,
    isOld: query.isPlaceholderData,
    isLooking: hasNextPage,
    problem: query.error,
    problems: data?.pages.flatMap(({ problems }) => problems) ?? [],
    cutAt: cuts.length === 0 ? undefined : Math.max(...cuts),
    more,
    retry: () => void query.refetch(),
  }
}

/** A plane that does not answer is told of beside what the others answer. */
const stepBack = async (
  planes: readonly string[],
  askPlane: Parameters<typeof useSteps>[2],
  cursor: Step['cursor'],
  signal: AbortSignal,
): Promise<Step> => {
  const here = cursor ? planes.filter((plane) => cursor[plane] !== undefined) : planes
  const told = await Promise.allSettled(
    here.map((plane) => askPlane(plane, cursor?.[plane], signal)),
  )
  const rows: CallRow[] = []
  const next: Record<string, string> = {}
  const problems: { plane: string; problem: Problem }[] = []
  const cuts: number[] = []
  for (const [at, one] of told.entries()) {
    const plane = here[at] ?? ''
    if (one.status === 'fulfilled') {
      rows.push(...one.value.items)
      if (one.value.next !== undefined) next[plane] = one.value.next
      if (one.value.cutAt !== undefined) cuts.push(one.value.cutAt)
    } else if (one.reason instanceof Problem) problems.push({ plane, problem: one.reason })
    else throw one.reason
  }
  const [first] = problems
  if (first && problems.length === planes.length) throw first.problem
  const cursorOfNext = Object.keys(next).length > 0 ? next : undefined
  return {
    ...{ rows, cursor: cursorOfNext, problems },
    ...(cuts.length > 0 && { cutAt: Math.max(...cuts) }),
  }
}
