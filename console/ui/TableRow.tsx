import type { MouseEvent, ReactNode } from 'react'
import { useWords } from '../words/words.ts'
import styles from './Table.module.css'
import type { Column, TableProps } from './Table.tsx'

interface Props<R> extends TableProps<R> {
  readonly row: R
  readonly index: number
  /** One row of a table is in the order of Tab; the keys move on from it. */
  readonly isFocusable: boolean
  readonly onFocus: () => void
}

export const Row = <R,>(props: Props<R>) => {
  const { row, index, columns, keyOf, nameOf, onOpen, selection, open } = props
  const { say } = useWords()
  const key = keyOf(row)
  const isSelected = selection?.keys.has(key) ?? false
  return (
    <tr
      data-id={key}
      data-index={index}
      aria-rowindex={index + 2}
      tabIndex={props.isFocusable ? 0 : -1}
      className={onOpen ? styles.opens : undefined}
      {...(selection && { 'aria-selected': isSelected })}
      {...(open === key && { 'data-open': true })}
      onFocus={props.onFocus}
      onClick={() => onOpen?.(row)}
    >
      {selection && (
        <td className={styles.check}>
          <input
            type="checkbox"
            tabIndex={-1}
            aria-label={say('ui.table.selectRow', { row: nameOf?.(row) ?? key })}
            checked={isSelected}
            onClick={(event) => event.stopPropagation()}
            onChange={() => selection.set(toggled(selection.keys, key))}
          />
        </td>
      )}
      {columns.map((column, at) => (
        <Cell
          key={column.id}
          column={column}
          row={row}
          isFirst={at === 0}
          onFilter={props.onFilter}
        />
      ))}
    </tr>
  )
}

export const toggled = (keys: ReadonlySet<string>, key: string): ReadonlySet<string> => {
  const next = new Set(keys)
  if (!next.delete(key)) next.add(key)
  return next
}

const Cell = <R,>({
  column,
  row,
  isFirst,
  onFilter,
}: {
  readonly column: Column<R>
  readonly row: R
  readonly isFirst: boolean
  readonly onFilter: TableProps<R>['onFilter']
}) => {
  const shown = column.cell(row)
  const filter = onFilter ? column.filter?.(row) : undefined
  const inner =
    filter && onFilter ? (
      <FilterValue {...filter} onFilter={onFilter}>
        {shown}
      </FilterValue>
    ) : (
      shown
    )
  const className = column.align === 'right' ? styles.right : undefined
  return isFirst ? (
    <th scope="row" className={className}>
      {inner}
    </th>
  ) : (
    <td className={className}>{inner}</td>
  )
}

/** Reached by `.` on the row as well, for who uses no pointer. */
const FilterValue = ({
  field,
  value,
  onFilter,
  children,
}: {
  readonly field: string
  readonly value: string
  readonly onFilter: (field: string, value: string, not: boolean) => void
  readonly children: ReactNode
}) => {
  const { say } = useWords()
  const click = (event: MouseEvent) => {
    event.stopPropagation()
    onFilter(field, value, event.altKey)
  }
  return (
    <button
      type="button"
      tabIndex={-1}
      className={styles.value}
      title={`${say('ui.filters.only', { value })} · Alt: ${say('ui.filters.exclude', { value })}`}
      onClick={click}
    >
      {children}
    </button>
  )
}
