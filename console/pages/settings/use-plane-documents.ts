import type { Answer } from '../../api/client.ts'
import { useAnswer } from '../../api/queries.ts'
import { usePlanes } from '../../parts/planes.tsx'

export type PlaneRow = Answer<'get', '/api/v1/planes'>['items'][number]

/** The documents of the planes that are looked at. */
export const usePlaneDocuments = () => {
  const shown = usePlanes()
  const query = useAnswer('/api/v1/planes', { params: { query: { limit: 500 } } })
  const rows = (query.data?.items ?? []).filter(({ document: { name } }) => shown.includes(name))
  return { query, rows }
}
