import { useCallback, useMemo, useRef, useState } from 'react'
import type { Filter } from '../../filters/grammar.ts'
import { readRange } from '../../filters/time.ts'
import { useListState } from '../../filters/use-search.ts'
import { usePlanes } from '../../parts/planes.tsx'
import { Button } from '../../ui/Button.tsx'
import { CopyLink } from '../../ui/CopyLink.tsx'
import { FacetSide } from '../../ui/FacetSide.tsx'
import { Facets } from '../../ui/Facets.tsx'
import { Failed } from '../../ui/Failed.tsx'
import { FilterChips, UnknownFilters } from '../../ui/FilterChips.tsx'
import { Dimmed, Loading } from '../../ui/Loading.tsx'
import { Page } from '../../ui/Page.tsx'
import { RangePicker } from '../../ui/RangePicker.tsx'
import { useWords } from '../../words/words.ts'
import { AskField } from './AskField.tsx'
import { CallHistogram } from './CallHistogram.tsx'
import { CallList } from './CallList.tsx'
import { Difference } from './Difference.tsx'
import styles from './Entries.module.css'
import { ExportDialog } from './ExportDialog.tsx'
import { callFields, sayValue, titleOf } from './fields.ts'
import { askOf, readQuestion } from './question.ts'
import { Times } from './Times.tsx'
import { ledgerTabs } from './tabs.ts'
import { useFacets } from './use-facets.ts'
import { countsEveryMs } from './use-fresh.ts'
import { useLedgerKeys } from './use-ledger-keys.ts'
import { useRange } from './use-range.ts'
import { Views } from './Views.tsx'

const known = { fields: callFields, keys: ['against'] }

/** Everything that happened: one question, told by the facets, the bars and the rows alike. */
export default function Entries() {
  const words = useWords()
  const { say } = words
  const planes = usePlanes()
  const state = useListState(known)
  const { search, unknown } = state
  const { range, brush, turn } = useRange(state)
  const question = useMemo(() => readQuestion(search.q ?? ''), [search.q])
  const filters = useMemo(
    () => [...state.filters, ...question.filters],
    [state.filters, question.filters],
  )
  const ask = useMemo(() => askOf(filters, range), [filters, range])
  const [showsMore, setShowsMore] = useState(false)
  const [isExporting, setExporting] = useState(false)
  const isLive = search.live === '1' && range.kind === 'relative'
  const everyMs = isLive ? countsEveryMs : undefined
  const facets = useFacets(planes, filters, range, { showsMore, everyMs })
  const [openedAt, setOpenedAt] = useState(Date.now)
  const page = useRef<HTMLDivElement>(null)
  const startExport = useCallback(() => setExporting(true), [])
  useLedgerKeys({ page, turn, onExport: startExport })
  const only = (field: string, value: string, not: boolean) => state.toggle(field, value, not)
  const against = readRange(search.against)
  const strange = unknown.filter((key) => !/^f\.arg\.[^!]+!?$/.test(key))
  const chips = state.filters.map(
    ({ field, not, values }): Filter => ({
      ...{ field: titleOf(words, field), not },
      values: values.map((value) => sayValue(words, field, value)),
    }),
  )
  const asksForDifference = against !== undefined || filters.length > 0
  return (
    <Page
      title={say('ledger.title')}
      tabs={ledgerTabs(words)}
      actions={
        <>
          <CopyLink />
          <Button tone="main" onClick={startExport} data-testid="ledger.export">
            {say('ledger.export')}
          </Button>
        </>
      }
    >
      <Views />
      <div className={styles.bar}>
        <AskField
          value={search.q ?? ''}
          facets={facets.facets}
          onAsk={(q) => state.set({ q })}
          onFilter={(field, value) => state.toggle(field, value)}
        />
        <RangePicker value={range.text} onChange={(t) => state.set({ t, against: undefined })} />
        <Times range={range} onRange={brush} />
      </div>
      <FilterChips
        filters={chips}
        onRemove={(chip) => {
          const one = state.filters[chips.indexOf(chip)]
          if (one) state.filter({ ...one, values: [] })
        }}
      />
      <UnknownFilters names={strange} />
      {question.loose.length > 0 && (
        <p role="status">{say('ledger.ask.loose', { words: question.loose.join(' ') })}</p>
      )}
      <div className={styles.columns} ref={page}>
        <FacetSide filters={state.filters}>
          {facets.failed?.error && (
            <Failed
              what={say('ui.facets')}
              problem={facets.failed.error}
              onRetry={facets.failed.refetch}
            />
          )}
          {facets.isPending && facets.facets.length === 0 && !facets.failed && (
            <Loading what={say('ui.facets')} rows={9} />
          )}
          <Dimmed on={facets.isOld}>
            <Facets facets={facets.facets} filters={state.filters} onToggle={only} />
          </Dimmed>
          {!showsMore && facets.facets.length > 0 && (
            <Button variant="subtle" onClick={() => setShowsMore(true)}>
              {say('ledger.facets.more')}
            </Button>
          )}
        </FacetSide>
        <div className={styles.main}>
          <CallHistogram {...{ planes, filters, range, everyMs }} now={openedAt} onRange={brush} />
          {asksForDifference &&
            planes.map((plane) => (
              <Difference key={plane} {...{ plane, filters, range, against }} onFilter={only} />
            ))}
          {against && (
            <Button
              variant="subtle"
              onClick={() => state.set({ t: search.against, against: undefined })}
            >
              {say('ledger.difference.back')}
            </Button>
          )}
          <CallList {...{ planes, ask, filters, range, state }} onFresh={setOpenedAt} />
        </div>
      </div>
      {isExporting && (
        <ExportDialog
          planes={planes}
          range={range}
          hasFilters={filters.length > 0}
          ask={ask}
          onClose={() => setExporting(false)}
        />
      )}
    </Page>
  )
}
