import { useAnswer } from '../../api/queries.ts'
import { useRights } from '../../parts/rights.ts'
import type { Story } from './story.ts'

/** Who owns what was called; whoever holds a role over single items finds it in the catalogue. */
export const useOwner = ({ plane, record }: Story): string | undefined => {
  const { plane: isWhole } = useRights(plane)
  const { server } = record
  const shown = useAnswer(
    '/api/v1/planes/{plane}/status/servers/{name}',
    { params: { path: { plane, name: server } } },
    { enabled: isWhole && server !== '' },
  )
  const listed = useAnswer(
    '/api/v1/planes/{plane}/catalogue',
    { params: { path: { plane }, query: { limit: 500 } } },
    { enabled: !isWhole && server !== '' },
  )
  return shown.data?.owner ?? listed.data?.items.find(({ name }) => name === server)?.owner
}
