import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useState } from 'react'

const counts = '/api/v1/planes/{plane}/calls/'
/** While it is live, what is counted over the whole range is counted no more often than this. */
const countsEveryMs = 5000

/** Reads the rows anew, which nothing else does, and with them what facets and bars count. */
export const useFresh = (onFresh: (at: number) => void) => {
  const client = useQueryClient()
  const [generation, setGeneration] = useState(0)
  const read = useCallback(
    (olderThanMs: number) => {
      setGeneration((one) => one + 1)
      onFresh(Date.now())
      void client.invalidateQueries({
        predicate: ({ queryKey: [path], state }) =>
          String(path).startsWith(counts) && Date.now() - state.dataUpdatedAt >= olderThanMs,
      })
    },
    [client, onFresh],
  )
  const fresh = useCallback(() => read(0), [read])
  const follow = useCallback(() => read(countsEveryMs), [read])
  return { generation, fresh, follow }
}
