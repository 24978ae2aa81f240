import type { ReactNode } from 'react'
import type { Listing } from '../api/all.ts'
import { NothingMatches, NothingYet } from './Empty.tsx'
import { Failed } from './Failed.tsx'
import { Dimmed, Loading } from './Loading.tsx'
import { Narrowing, type NarrowingProps } from './Narrowing.tsx'
import { Table, type TableProps } from './Table.tsx'

interface Props<R> extends Omit<TableProps<R>, 'rows' | 'more'> {
  readonly of: Listing<R>
  /** What will stand here once there is something, and the one thing to do; unless there always is. */
  readonly empty?: { readonly title: string; readonly says: string; readonly action?: ReactNode }
  /** Search and facets beside it. */
  readonly narrowing?: NarrowingProps & {
    /** What is left of the list. */
    readonly rows: readonly R[]
    /** The server narrows it: that there are no rows does not mean that there is nothing. */
    readonly isAsked?: boolean
  }
}

/** A list in whatever state it is in: what failed of it, that it is on its way, that there is nothing yet, or its rows. */
export const List = <R,>({ of, empty, narrowing, ...table }: Props<R>) => {
  const { isPending = false, failures = [] } = of
  const isThere = of.rows.length > 0 || narrowing?.isAsked
  const isSettled = !isPending && failures.length === 0
  const rows = narrowing?.rows ?? of.rows
  const shown = (
    <Dimmed on={of.isOld ?? false}>
      <Table onFilter={narrowing?.state.toggle} {...table} rows={rows} more={of.more} />
    </Dimmed>
  )
  return (
    <>
      {failures.map(({ plane, problem, retry }, at) => (
        <Failed
          key={plane ?? String(at)}
          what={plane === undefined ? table.label : `${table.label}, ${plane}`}
          problem={problem}
          onRetry={retry}
        />
      ))}
      {isPending && <Loading what={table.label} />}
      {empty && isSettled && !isThere && (
        <NothingYet title={empty.title} action={empty.action}>
          {empty.says}
        </NothingYet>
      )}
      {isThere &&
        (narrowing ? (
          <Narrowing {...narrowing}>
            {rows.length > 0 && shown}
            {rows.length === 0 && isSettled && <Nothing {...narrowing} />}
          </Narrowing>
        ) : (
          shown
        ))}
    </>
  )
}

const Nothing = ({ state }: Pick<NarrowingProps, 'state'>) => (
  <NothingMatches
    filters={state.filters}
    onRemove={({ field, not }) => state.filter({ field, not, values: [] })}
    onClear={state.clear}
  />
)
