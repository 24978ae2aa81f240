import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useState } from 'react'

const counts = '/api/v1/planes/{plane}/calls/'
/** While it is live, what is counted over the whole range is counted so often, and the rows as they come. */
export const countsEveryMs = 5000

/** `follow` reads the rows anew, which nothing else does; `fresh` what facets and bars count as well. */
export const useFresh = (onFresh: (at: number) => void) => {
  const client = useQueryClient()
  const [generation, setGeneration] = useState(0)
  const follow = useCallback(() => {
    setGeneration((one) => one + 1)
    onFresh(Date.now())
  }, [onFresh])
  const fresh = useCallback(() => {
    follow()
    void client.invalidateQueries({
      predicate: ({ queryKey: [path] }) => String(path).startsWith(counts),
    })
  }, [client, follow])
  return { generation, fresh, follow }
}
