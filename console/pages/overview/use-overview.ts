import { useMemo } from 'react'
import { type Range, readRange } from '../../filters/time.ts'
import { useListState } from '../../filters/use-search.ts'
import { paths } from '../../paths.ts'

export const tops = ['capability', 'agent', 'consumer', 'server', 'class'] as const
export type By = (typeof tops)[number]

const known = { fields: [], keys: ['by'] }
const usual: Range = { kind: 'relative', text: '1h', ms: 3_600_000 }
const pollMs = 5000

/** What both tabs look at: the last hour of the planes that are chosen, told anew until somebody pauses it. */
export const useOverview = () => {
  const { search, set, unknown } = useListState(known)
  const range = useMemo(() => readRange(search.t) ?? usual, [search.t])
  const isLive = range.kind === 'relative' && search.live !== '0'
  const by = tops.find((one) => one === search.by) ?? 'capability'
  return {
    ...{ range, by, set, unknown, isLive },
    everyMs: isLive ? pollMs : undefined,
    /** The calls that a number counts. */
    ledgerOf: (filters = ''): string =>
      `${paths.ledger()}?t=${range.text}${filters === '' ? '' : `&${filters}`}`,
  }
}
export type OverviewState = ReturnType<typeof useOverview>
