import { useMemo } from 'react'
import type { Problem } from '../../../api/problem.ts'
import type { SearchState } from '../../../filters/use-search.ts'
import { timeOf } from '../../../parts/instant.ts'
import { useZone, When } from '../../../parts/when.tsx'
import { Button } from '../../../ui/Button.tsx'
import { NothingYet } from '../../../ui/Empty.tsx'
import { Failed } from '../../../ui/Failed.tsx'
import { Table } from '../../../ui/Table.tsx'
import { useWords, type Words } from '../../../words/words.ts'
import { CallPeek } from '../CallPeek.tsx'
import { capabilityOf } from '../capability.ts'
import { columnsOf } from '../columns.tsx'
import { type CallRow, keyOf } from '../merge.ts'
import { Further } from '../NoCalls.tsx'
import styles from './Find.module.css'
import { type Sought, useFound } from './use-found.ts'

/** As the ledger's, with the day: whom somebody looks for may have come up long ago. */
const datedColumns = (words: Words, hasPlanes: boolean) =>
  columnsOf(words, hasPlanes).map((column) =>
    column.id === 'at'
      ? { ...column, width: 128, cell: ({ at }: CallRow) => <When at={at} how="minute" /> }
      : column,
  )

interface Props {
  readonly sought: Sought
  readonly state: SearchState
  readonly onLookBefore: (cutAt: number) => void
  readonly onLookSince: (recordedSince: number) => void
}

/** The rows of the ledger's list that are about whom somebody looks for, and how far was looked. */
export const FoundCalls = ({ sought, state, onLookBefore, onLookSince }: Props) => {
  const words = useWords()
  const { say, language } = words
  const zone = useZone()
  const { planes } = sought
  const calls = useFound(sought)
  const { rows, keys, more, isLooking, isPending, cutAt } = calls
  const columns = useMemo(() => datedColumns(words, planes.length > 1), [words, planes.length])
  const { peek } = state.search
  const show = (key?: string) => state.set({ peek: key }, peek !== undefined)
  const what = say('find.calls')
  if (calls.problem)
    return <NotFound {...{ what, onLookSince }} problem={calls.problem} onRetry={calls.retry} />
  if (isPending || (rows.length === 0 && isLooking))
    return <Further what={what} more={rows.length === 0 ? more : undefined} />
  return (
    <section
      className={styles.found}
      aria-label={what}
      data-testid="find.found"
      data-count={rows.length}
      data-whole={!isLooking}
    >
      <h2>{what}</h2>
      {calls.problems.map(({ plane, problem }) => (
        <NotFound key={plane} {...{ what, plane, problem, onLookSince }} />
      ))}
      {rows.length === 0 ? (
        <NothingYet title={say('find.none')}>{say('find.none.body')}</NothingYet>
      ) : (
        <>
          {isLooking && <p role="status">{say('find.more')}</p>}
          <Table
            id="ledger.found"
            label={what}
            columns={columns}
            rows={rows}
            keyOf={keyOf}
            nameOf={capabilityOf}
            more={more}
            open={peek}
            onOpen={(row) => show(keyOf(row))}
          />
        </>
      )}
      {cutAt !== undefined && (
        <div className={styles.cut} role="status" data-testid="find.cut">
          <span>{say('find.cut', { when: timeOf(cutAt, language, zone, 'minute') })}</span>
          <Button onClick={() => onLookBefore(cutAt)}>{say('find.cut.act')}</Button>
        </div>
      )}
      {peek !== undefined && (
        <CallPeek
          at={peek}
          {...{ planes, rows, keys }}
          onMove={show}
          onClose={() => state.set({ peek: undefined })}
        />
      )}
    </section>
  )
}

interface NotFoundProps {
  readonly what: string
  /** Of several that were asked the one that is told of. */
  readonly plane?: string
  readonly problem: Problem
  readonly onRetry?: () => void
  readonly onLookSince: (recordedSince: number) => void
}

/** Where some calls do not say whom they were about, the later ones are still to be had. */
const NotFound = ({ what: all, plane, problem, onRetry, onLookSince }: NotFoundProps) => {
  const { say, language } = useWords()
  const zone = useZone()
  const { recordedSince } = problem
  const what = plane === undefined ? all : `${all}, ${plane}`
  if (recordedSince === undefined)
    return <Failed {...{ what, problem }} {...(onRetry && { onRetry })} />
  const when = timeOf(recordedSince, language, zone, 'full')
  return (
    <section className={styles.cut} role="status" aria-label={what} data-testid="find.unrecorded">
      <span>
        {plane !== undefined && `${plane}: `}
        {say('find.unrecorded', { when })}
      </span>
      <Button tone="main" onClick={() => onLookSince(recordedSince)}>
        {say('find.unrecorded.act', { when })}
      </Button>
    </section>
  )
}
