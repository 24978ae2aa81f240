import { useAnswer } from '../../api/queries.ts'
import type { Story } from './story.ts'

/** Who owns what was called; undefined where it stands no more, or may not be read. */
export const useOwner = ({ plane, record }: Story): string | undefined =>
  useAnswer(
    '/api/v1/planes/{plane}/status/servers',
    { params: { path: { plane }, query: { limit: 500 } } },
    { enabled: record.server !== '' },
  ).data?.items.find(({ server }) => server === record.server)?.owner
