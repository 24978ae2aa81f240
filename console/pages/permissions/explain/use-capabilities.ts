import { useAnswer } from '../../../api/queries.ts'
import type { Asking } from '../explaining.ts'

const most = 2000

/** Those of the kind that is asked for, as `SERVER/NAME`: to choose from, for what is not there can be asked too. */
export const useCapabilities = ({ plane = '', agent, kind }: Asking): readonly string[] => {
  const isAsked = plane !== '' && agent !== undefined && agent !== ''
  const { data } = useAnswer(
    '/api/v1/planes/{plane}/matrix',
    { params: { path: { plane }, query: { limit: most, ...(agent && { agent }) } } },
    { enabled: isAsked },
  )
  const found = (data?.rows ?? []).filter((row) => row.kind === kind)
  return found.map(({ server, name }) => `${server}/${name}`)
}
