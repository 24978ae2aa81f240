import { useMemo } from 'react'
import { useAnswers } from '../../../api/queries.ts'
import type { Column, Row } from './load.ts'

const path = '/api/v1/planes/{plane}/calls/facets'
const top = 100

/** Of one agent for one consumer, by `server/name`. */
export interface Usage {
  /** Undefined where it is not known: not loaded, refused, or not among the most frequent. */
  readonly calls: (column: Column, row: Row) => number | undefined
  readonly most: number
  readonly isPending: boolean
}

/** How often the agents in sight called what, as the ledger counts it: one question for each agent. */
export const useUsage = (
  plane: string,
  columns: readonly Column[],
  about: { readonly enabled: boolean; readonly since: string; readonly limited: boolean },
): Usage => {
  const answers = useAnswers(
    path,
    columns.map(({ client }) => [
      client,
      {
        params: {
          path: { plane },
          query: {
            agent: client,
            since: about.since,
            field: ['capability'],
            top,
            ...(about.limited && { result: ['limited'] }),
          },
        },
      },
    ]),
    { enabled: about.enabled },
  )
  const told = answers.map(({ query }) => query.data).filter((one) => one !== undefined)
  const isPending = about.enabled && answers.some(({ query }) => query.isPending)
  // biome-ignore lint/correctness/useExhaustiveDependencies: new when an answer is, and no sooner
  return useMemo(() => {
    const byClient = new Map(
      answers.map(({ plane: client, query }) => [client, countsOf(query.data?.facets[0])]),
    )
    const all = [...byClient.values()].flatMap((counts) =>
      counts ? [...counts.known.values()] : [],
    )
    return {
      calls: ({ client }, { server, name }) => {
        const counts = byClient.get(client)
        return counts?.known.get(`${server}/${name}`) ?? counts?.rest
      },
      most: Math.max(0, ...all),
      isPending,
    }
  }, [told.length, isPending, about.since, about.limited, columns])
}

/** What is not among the most frequent was not called at all, unless others were counted together. */
const countsOf = (
  facet:
    | { readonly values: readonly { value: string; count: number }[]; readonly others: number }
    | undefined,
) =>
  facet && {
    known: new Map(facet.values.map(({ value, count }) => [value, count])),
    rest: facet.others === 0 ? 0 : undefined,
  }

/** Five steps, each some times the one before. */
export const heatOf = (calls: number, most: number): number | undefined =>
  calls === 0 ? undefined : Math.max(1, Math.ceil((5 * Math.log1p(calls)) / Math.log1p(most)))
