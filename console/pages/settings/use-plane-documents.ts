import { type All, useWhole } from '../../api/all.ts'
import type { Answer } from '../../api/client.ts'
import { usePlanes } from '../../parts/planes.tsx'

export type PlaneRow = Answer<'get', '/api/v1/planes'>['items'][number]

/** The documents of the planes that are looked at. */
export const usePlaneDocuments = (): All<PlaneRow> => {
  const shown = usePlanes()
  const all = useWhole('/api/v1/planes')
  return { ...all, rows: all.rows.filter(({ document: { name } }) => shown.includes(name)) }
}
