import { keepPreviousData, type UseQueryResult, useQueries } from '@tanstack/react-query'
import { type Answer, type Ask, ask, type PathOf } from './client.ts'
import { Problem } from './problem.ts'
import type { Manner } from './queries.ts'

/** What answers the pages of a list. */
type ListPath = {
  [P in PathOf<'get'>]: Answer<'get', P> extends { items: readonly unknown[] } ? P : never
}[PathOf<'get'>]

interface Page {
  readonly items: readonly object[]
  readonly next?: string
}

/** A row of a list, and the plane whose it is. */
export type RowOf<P extends ListPath> = Answer<'get', P>['items'][number] & {
  readonly plane: string
}

/** A list in whatever state it is in. What it does not say is not so. */
export interface Listing<R> {
  readonly rows: readonly R[]
  readonly isPending?: boolean
  /** Its rows answer an earlier question, or are being asked for again. */
  readonly isOld?: boolean
  readonly failures?: readonly {
    /** Of whose part it is, where there are several. */
    readonly plane?: string
    readonly problem: Problem
    readonly retry: () => void
  }[]
  /** More rows are on the server. */
  readonly more?: (() => void) | undefined
}

export type All<R> = Required<Pick<Listing<R>, 'rows' | 'isPending' | 'failures'>>

interface AllManner extends Manner {
  readonly query?: object
}

/**
 * Every page of a list in each of several planes, for lists that a person can oversee (items, agents,
 * grants): what is filtered and counted of them is counted of all.
 */
export const useAll = <P extends ListPath>(
  path: P,
  planes: readonly string[],
  manner: AllManner = {},
): All<RowOf<P>> => useEach(path, planes, manner) as All<RowOf<P>>

/** The same of what is of no plane: people, planes. */
export const useWhole = <P extends ListPath>(path: P): All<Answer<'get', P>['items'][number]> =>
  useEach(path, [undefined], {}) as All<Answer<'get', P>['items'][number]>

const useEach = (
  path: ListPath,
  planes: readonly (string | undefined)[],
  { query, enabled, everyMs }: AllManner,
): All<object> => {
  const queries = useQueries({
    queries: planes.map((plane) => ({
      queryKey: [path, 'all', plane, query],
      queryFn: ({ signal }: { signal: AbortSignal }) => everyPage(path, plane, query, signal),
      placeholderData: keepPreviousData,
      ...(enabled !== undefined && { enabled }),
      ...(everyMs !== undefined && { refetchInterval: everyMs }),
    })),
  })
  return {
    rows: queries.flatMap(({ data }) => data ?? []),
    isPending: queries.some(({ isLoading }) => isLoading),
    failures: queries.flatMap(({ error, refetch }, at) =>
      error instanceof Problem ? [failureOf({ error, refetch }, planes[at])] : [],
    ),
  }
}

const failureOf = (
  { error, refetch }: { readonly error: Problem; readonly refetch: () => unknown },
  plane?: string,
) => ({
  problem: error,
  retry: () => void refetch(),
  ...(plane !== undefined && { plane }),
})

/** Rows that one answer brought. */
export const listed = <R>(
  { isPending, error, refetch }: UseQueryResult<unknown, Problem>,
  rows: readonly R[],
): All<R> => ({ rows, isPending, failures: error ? [failureOf({ error, refetch })] : [] })

const everyPage = async (
  path: ListPath,
  plane: string | undefined,
  query: object | undefined,
  signal: AbortSignal,
): Promise<readonly object[]> => {
  const at = plane === undefined ? {} : { plane }
  const rows: object[] = []
  for (let after: string | undefined; ; ) {
    const asked = { ...query, limit: 500, ...(after !== undefined && { after }) }
    const init = { params: { path: at, query: asked }, signal }
    const page = (await ask('get', path, init as Ask<'get', ListPath>)) as Page
    rows.push(...page.items.map((one) => ({ ...one, ...at })))
    if (page.next === undefined) return rows
    after = page.next
  }
}
