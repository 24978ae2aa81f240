import { useCallback, useMemo, useRef, useState } from 'react'
import type { Filter } from '../../filters/grammar.ts'
import type { Range } from '../../filters/time.ts'
import type { SearchState } from '../../filters/use-search.ts'
import { Failed } from '../../ui/Failed.tsx'
import { Dimmed } from '../../ui/Loading.tsx'
import { Table } from '../../ui/Table.tsx'
import { useWords } from '../../words/words.ts'
import { CallPeek } from './CallPeek.tsx'
import { capabilityOf } from './capability.ts'
import { columnsOf } from './columns.tsx'
import styles from './Entries.module.css'
import { LiveChip, NewPill } from './LiveChip.tsx'
import { type CallRow, keyOf } from './merge.ts'
import { Further, NoCalls } from './NoCalls.tsx'
import type { CallAsk } from './question.ts'
import { useCalls } from './use-calls.ts'
import { useFresh } from './use-fresh.ts'
import { useLive } from './use-live.ts'

interface Props {
  readonly planes: readonly string[]
  readonly ask: CallAsk
  readonly filters: readonly Filter[]
  readonly range: Range
  readonly state: SearchState
  /** The rows were read anew, at this time. */
  readonly onFresh: (at: number) => void
}

/** The rows, what waits above them, and the one that stands open beside them. */
export const CallList = ({ planes, ask, filters, range, state, onFresh }: Props) => {
  const words = useWords()
  const { say } = words
  const { generation, fresh, follow } = useFresh(onFresh)
  const list = useRef<HTMLElement>(null)
  const [isScrolled, setScrolled] = useState(false)
  const [hasFocus, setFocus] = useState(false)
  const calls = useCalls(planes, ask, generation)
  const { peek, live: isOn } = state.search
  const live = useLive({
    ...{ planes, ask, isScrolled },
    rows: calls.isOld ? nothing : calls.rows,
    isOn: isOn === '1',
    isReady: !calls.isOld && !calls.isPending,
    isFixed: range.kind === 'fixed',
    isReading: hasFocus || peek !== undefined,
    onCome: follow,
  })
  const columns = useMemo(() => columnsOf(words, planes.length > 1), [words, planes.length])
  const show = useCallback(
    (key?: string) => state.set({ peek: key }, peek !== undefined),
    [state, peek],
  )
  const toggleLive = () => {
    fresh()
    // A list that follows what happens ends now, visibly.
    if (range.kind === 'fixed') state.set({ t: '24h', live: '1', against: undefined })
    else state.set({ live: isOn === '1' ? undefined : '1' })
  }
  const takeNew = () => {
    fresh()
    list.current?.querySelector('table')?.parentElement?.scrollTo({ top: 0 })
  }
  // In the bar of the table, where there is room: what comes moves no row.
  const chip = (
    <>
      <NewPill live={live} onTake={takeNew} />
      <LiveChip live={live} onToggle={toggleLive} />
    </>
  )
  const what = say('ledger.entries')
  if (calls.problem) return <Failed what={what} problem={calls.problem} onRetry={calls.retry} />
  const isEmpty = calls.rows.length === 0
  return (
    <section
      ref={list}
      className={styles.list}
      aria-label={what}
      onScrollCapture={(event) =>
        setScrolled(event.target instanceof HTMLElement && event.target.scrollTop > 0)
      }
      onFocus={(event) => setFocus(event.target instanceof HTMLTableRowElement)}
      onBlur={() => setFocus(false)}
    >
      {calls.problems.map(({ plane, problem }) => (
        <Failed key={plane} what={`${what}, ${plane}`} problem={problem} onRetry={fresh} />
      ))}
      {calls.isPending || (isEmpty && calls.isLooking) ? (
        <Further {...{ what }} more={isEmpty ? calls.more : undefined} />
      ) : isEmpty ? (
        <>
          <p className={styles.line}>{chip}</p>
          <NoCalls {...{ planes, filters, range, state }} />
        </>
      ) : (
        <Dimmed on={calls.isOld}>
          <Table
            id="ledger.calls"
            label={what}
            columns={columns}
            rows={calls.rows}
            keyOf={keyOf}
            nameOf={capabilityOf}
            more={calls.more}
            open={peek}
            onOpen={(row) => show(keyOf(row))}
            onFilter={state.toggle}
            tools={chip}
          />
        </Dimmed>
      )}
      {peek !== undefined && (
        <CallPeek
          at={peek}
          {...{ planes, rows: calls.rows, keys: calls.keys }}
          onMove={show}
          onClose={() => state.set({ peek: undefined })}
        />
      )}
    </section>
  )
}
const nothing: readonly CallRow[] = []
