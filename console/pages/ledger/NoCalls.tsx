import { useEffect } from 'react'
import { useAnswers } from '../../api/queries.ts'
import type { Filter } from '../../filters/grammar.ts'
import type { Range } from '../../filters/time.ts'
import type { SearchState } from '../../filters/use-search.ts'
import { Button } from '../../ui/Button.tsx'
import { NothingMatches, NothingYet } from '../../ui/Empty.tsx'
import { Loading } from '../../ui/Loading.tsx'
import { useWords } from '../../words/words.ts'
import { askOf } from './question.ts'

const path = '/api/v1/planes/{plane}/calls/count'
/** What is kept where nobody says for how long. */
const outside = '90d'

/** None here: how many there are at other times, or that there are none yet. */
export const NoCalls = ({
  planes,
  filters,
  range,
  state,
}: {
  readonly planes: readonly string[]
  readonly filters: readonly Filter[]
  readonly range: Range
  readonly state: SearchState
}) => {
  const { say } = useWords()
  const ask = askOf(filters, range)
  const { since: _, until: _until, ...anytime } = ask
  const answers = useAnswers(
    path,
    planes.map((plane) => [plane, { params: { path: { plane }, query: anytime } }] as const),
  )
  if (answers.some(({ query }) => query.isPending)) return <Loading what={say('ledger.title')} />
  const count = answers.reduce((sum, { query }) => sum + (query.data?.count ?? 0), 0)
  const meant = answers.flatMap(({ query }) => query.data?.unknown ?? [])
  if (count === 0 && filters.length === 0)
    return <NothingYet title={say('ledger.empty.title')}>{say('ledger.empty.body')}</NothingYet>
  return (
    <NothingMatches
      filters={state.filters}
      onRemove={(one) => state.filter({ ...one, values: [] })}
      onClear={state.clear}
    >
      {meant.map(({ field, value }) => (
        <span key={value}>{say('ledger.empty.unknown', { field, value })} </span>
      ))}
      {say('ledger.empty.range', { count })}{' '}
      {count > 0 && (
        <Button onClick={() => state.set({ t: outside, against: undefined })}>
          {say('ledger.empty.longer')}
        </Button>
      )}
    </NothingMatches>
  )
}

/** A stretch of the ledger held none: the next one is asked for, until there is one or the beginning is reached. */
export const Further = ({
  what,
  more,
}: {
  readonly what: string
  readonly more: (() => void) | undefined
}) => {
  useEffect(() => more?.(), [more])
  return <Loading what={what} rows={12} />
}
