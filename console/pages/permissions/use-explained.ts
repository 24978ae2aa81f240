import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query'
import { type Answer, ask } from '../../api/client.ts'
import type { Problem } from '../../api/problem.ts'
import { type Asking, argumentsOf, capabilityOf } from './explaining.ts'

const path = '/api/v1/planes/{plane}/can'
export type Explained = Answer<'post', typeof path>

/** Whether enough is said to be asked. */
export const isWhole = ({ plane, agent, consumer, cap, args }: Asking): boolean =>
  [plane, agent, consumer].every((one) => one !== undefined && one !== '') &&
  capabilityOf(cap) !== undefined &&
  !argumentsOf(args).isBad

/** By the policy that stands; by that of a revision; by a draft. Each is asked for alone, and fails alone. */
export const useExplained = (
  asking: Asking,
  by: { readonly revision?: number; readonly draft?: string } = {},
  isAsked = true,
): UseQueryResult<Explained, Problem> =>
  useQuery<Explained, Problem>({
    queryKey: [path, asking, by],
    queryFn: () => explain(asking, by),
    enabled: isAsked && isWhole(asking),
    placeholderData: keepPreviousData,
  })

const explain = (
  { plane = '', agent, consumer, cap, kind = 'tool', args, user, at }: Asking,
  { revision, draft }: { readonly revision?: number; readonly draft?: string },
): Promise<Explained> => {
  const { server, name } = capabilityOf(cap) ?? { server: '', name: '' }
  const given = argumentsOf(args).args
  return ask('post', path, {
    params: { path: { plane } },
    body: {
      ...{ client: `${agent}@${consumer}`, server, kind, name },
      ...(given && { args: given }),
      ...(user && { user }),
      ...(at && { at }),
      ...(revision !== undefined && { revision }),
      ...(draft !== undefined && { draft: { files: [{ name: 'draft.yaml', text: draft }] } }),
    },
  })
}
