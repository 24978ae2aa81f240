import { useState } from 'react'
import { useAnswers } from '../../api/queries.ts'
import { boundsOf, fixedRange, type Range, readRange } from '../../filters/time.ts'
import { useListState } from '../../filters/use-search.ts'
import { usePlanesWhere } from '../../parts/rights.ts'
import { NotAllowed, NothingYet } from '../../ui/Empty.tsx'
import { Failed } from '../../ui/Failed.tsx'
import { UnknownFilters } from '../../ui/FilterChips.tsx'
import { Loading } from '../../ui/Loading.tsx'
import { Page } from '../../ui/Page.tsx'
import { useWords } from '../../words/words.ts'
import styles from './find/Find.module.css'
import { FindForm } from './find/FindForm.tsx'
import { FoundCalls } from './find/FoundCalls.tsx'
import { argumentsIn } from './find/places.ts'
import type { Sought } from './find/use-found.ts'
import { ledgerTabs } from './tabs.ts'

const usual: Range = { kind: 'relative', text: '30d', ms: 30 * 86_400_000 }
const known = { fields: [], keys: ['argument'] }

/** Which calls were about somebody, whom the server is not told: the address does not say it either. */
export default function Find() {
  const words = useWords()
  const { say } = words
  const planes = usePlanesWhere('finds')
  const state = useListState(known)
  const range = readRange(state.search.t) ?? usual
  const [sought, setSought] = useState<Sought>()
  const answers = useAnswers(
    '/api/v1/planes/{plane}/find',
    planes.map((plane) => [plane, { params: { path: { plane } } }] as const),
  )
  const places = argumentsIn(
    answers.map(({ plane, query }) => ({ plane, arguments: query.data?.arguments ?? [] })),
  )
  const failed = answers.find(({ query }) => query.error)?.query
  const isPending = answers.some(({ query }) => query.isPending)
  const title = say('find.title')
  const lookWithin = (from: number, to: number) => {
    const t = fixedRange(from, to)
    const within = readRange(t)
    if (!sought || !within) return
    state.set({ t, peek: undefined })
    setSought({ ...sought, at: Date.now(), range: within })
  }
  const bounds = sought && boundsOf(sought.range, sought.at)
  return (
    <Page title={title} tabs={ledgerTabs(words)}>
      <UnknownFilters names={state.unknown} />
      {planes.length === 0 && <NotAllowed>{say('find.needs')}</NotAllowed>}
      {failed?.error && <Failed what={title} problem={failed.error} onRetry={failed.refetch} />}
      {planes.length > 0 && isPending && !failed && <Loading what={title} rows={3} />}
      {planes.length > 0 && !isPending && !failed && places.length === 0 && (
        <NothingYet title={say('find.nothing')}>{say('find.nothing.body')}</NothingYet>
      )}
      {places.length > 0 && (
        <>
          <p className={styles.says}>{say('find.says')}</p>
          <FindForm
            {...{ places, range, state }}
            onFind={(asked) => {
              state.set({ peek: undefined }, true)
              setSought({ ...asked, at: Date.now(), range })
            }}
          />
          {sought && bounds && (
            <FoundCalls
              {...{ sought, state }}
              onLookBefore={(cutAt) => lookWithin(bounds.from, cutAt)}
              // A clock here that is behind leaves nothing to look at, else.
              onLookSince={(since) =>
                lookWithin(since, Math.max(boundsOf(sought.range, Date.now()).to, since + 1))
              }
            />
          )}
        </>
      )}
    </Page>
  )
}
