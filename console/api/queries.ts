import {
  keepPreviousData,
  QueryClient,
  type QueryKey,
  type UseMutationResult,
  type UseQueryResult,
  useMutation,
  useQueries,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { type Answer, type Ask, ask, type Method, type PathOf } from './client.ts'
import { Problem } from './problem.ts'

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      refetchOnWindowFocus: true,
      // What the API refused it refuses again; what did not answer may answer.
      retry: (count, error) => error instanceof Problem && error.status === 0 && count < 2,
      placeholderData: keepPreviousData,
    },
  },
})

type Asking<P extends PathOf<'get'>> = Ask<'get', P>

export interface Manner {
  /** Not asked while false. */
  readonly enabled?: boolean
  /** Asked again each so many milliseconds. */
  readonly everyMs?: number
}

const about = <P extends PathOf<'get'>>(path: P, init: Asking<P>, manner: Manner) => ({
  queryKey: [path, init] as QueryKey,
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    ask('get', path, { ...init, signal } as Asking<P>),
  ...(manner.enabled !== undefined && { enabled: manner.enabled }),
  ...(manner.everyMs !== undefined && { refetchInterval: manner.everyMs }),
})

/** One GET of the API: `useAnswer('/api/v1/planes/{plane}/status', { params: { path: { plane } } })`. */
export const useAnswer = <P extends PathOf<'get'>>(
  path: P,
  init: Asking<P>,
  manner: Manner = {},
): UseQueryResult<Answer<'get', P>, Problem> =>
  useQuery<Answer<'get', P>, Problem>(about(path, init, manner))

/** The same GET of several planes at once, each answer beside its plane. */
export const useAnswers = <P extends PathOf<'get'>>(
  path: P,
  inits: readonly (readonly [plane: string, init: Asking<P>])[],
  manner: Manner = {},
): readonly {
  readonly plane: string
  readonly query: UseQueryResult<Answer<'get', P>, Problem>
}[] => {
  const queries = useQueries({
    queries: inits.map(([, init]) => about(path, init, manner)),
  }) as UseQueryResult<Answer<'get', P>, Problem>[]
  return inits.flatMap(([plane], at) => {
    const query = queries[at]
    return query ? [{ plane, query }] : []
  })
}

/** Something that changes: whatever was read before is asked again when it is done. */
export const useAct = <M extends Exclude<Method, 'get'>, P extends PathOf<M>>(
  method: M,
  path: P,
): UseMutationResult<Answer<M, P>, Problem, Ask<M, P>> => {
  const client = useQueryClient()
  return useMutation<Answer<M, P>, Problem, Ask<M, P>>({
    mutationFn: (init) => ask(method, path, init),
    onSuccess: () => client.invalidateQueries(),
  })
}
