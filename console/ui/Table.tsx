import { useVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { useWords } from '../words/words.ts'
import { BulkBar } from './BulkBar.tsx'
import { ColumnChooser, useColumns } from './ColumnChooser.tsx'
import { RowActions } from './RowActions.tsx'
import styles from './Table.module.css'
import { Row } from './TableRow.tsx'
import { useRowKeys } from './use-row-keys.ts'

export interface Column<R> {
  /** Stable: it stands in the address, and in what is kept of widths. */
  readonly id: string
  readonly title: string
  readonly cell: (row: R) => ReactNode
  /** As copied; and what is said where a cell filters. */
  readonly text?: (row: R) => string
  /** A click on the value filters by it, Alt and a click leaves it out. */
  readonly filter?: (row: R) => { readonly field: string; readonly value: string } | undefined
  /** In px; the rest is shared. */
  readonly width?: number
  readonly align?: 'right'
  /** The server can sort by it. */
  readonly sorts?: boolean
  /** Shown only to who chooses it. */
  readonly optional?: boolean
}

export interface Selection {
  readonly keys: ReadonlySet<string>
  readonly set: (keys: ReadonlySet<string>) => void
  /** What can be done with all of them, at the foot of the table. */
  readonly actions: ReactNode
}

export interface TableProps<R> {
  /** `ledger.calls`: the test id, and under it the chosen columns. */
  readonly id: string
  /** What the rows are, for who hears them. */
  readonly label: string
  readonly columns: readonly Column<R>[]
  readonly rows: readonly R[]
  readonly keyOf: (row: R) => string
  readonly nameOf?: (row: R) => string
  /** More rows are on the server; asked for when the end comes near. */
  readonly more?: (() => void) | undefined
  readonly onOpen?: (row: R) => void
  readonly onFilter?: ((field: string, value: string, not: boolean) => void) | undefined
  readonly selection?: Selection
  /** `at` or `-at`, as it stands in the address. */
  readonly sort?: string | undefined
  readonly onSort?: (sort: string) => void
  /** The row that stands open beside the table. */
  readonly open?: string | undefined
  /** Beside the column chooser. */
  readonly tools?: ReactNode
  readonly rowPx?: number
  /** As high as its rows, up to this. */
  readonly maxPx?: number
}

/** The one table: filtered, sorted and paged by the server, so that it draws only what is in sight. */
export const Table = <R,>(props: TableProps<R>) => {
  const { id, label, rows, keyOf, more, selection, rowPx = 32, maxPx = 640 } = props
  const { say } = useWords()
  const scroller = useRef<HTMLDivElement>(null)
  const columns = useColumns(id, props.columns)
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: 12,
  })
  const items = virtual.getVirtualItems()
  const last = items.at(-1)?.index ?? 0
  useEffect(() => {
    if (more && last >= rows.length - 20) more()
  }, [more, last, rows.length])
  const [focused, setFocused] = useState(0)
  const [acting, setActing] = useState<R>()
  const keys = useRowKeys({
    ...props,
    focused,
    setFocused,
    scrollTo: virtual.scrollToIndex,
    scroller,
    onActions: (row) => setActing(() => row),
  })
  const before = items[0]?.start ?? 0
  const after = virtual.getTotalSize() - (items.at(-1)?.end ?? 0)
  const span = columns.shown.length + (selection ? 1 : 0)
  return (
    <div className={styles.frame} data-testid={id}>
      <div className={styles.tools}>
        <span role="status">{say('ui.table.rows', { count: rows.length })}</span>
        <span className={styles.spring} />
        {props.tools}
        <ColumnChooser {...columns} />
      </div>
      <div ref={scroller} className={styles.scroller} style={{ maxHeight: maxPx }}>
        <table
          className={styles.table}
          aria-label={label}
          aria-rowcount={more ? -1 : rows.length + 1}
          onKeyDown={keys}
        >
          <Head {...props} columns={columns.shown} />
          <tbody>
            {before > 0 && <Spacer px={before} span={span} />}
            {items.map(({ index }) => {
              const row = rows[index]
              if (row === undefined) return null
              return (
                <Row
                  key={keyOf(row)}
                  {...props}
                  columns={columns.shown}
                  row={row}
                  index={index}
                  isFocusable={index === Math.min(focused, rows.length - 1)}
                  onFocus={() => setFocused(index)}
                />
              )
            })}
            {after > 0 && <Spacer px={after} span={span} />}
          </tbody>
        </table>
      </div>
      {acting !== undefined && (
        <RowActions
          {...props}
          row={acting}
          name={props.nameOf?.(acting) ?? keyOf(acting)}
          onClose={() => setActing(undefined)}
        />
      )}
      {selection && selection.keys.size > 0 && (
        <BulkBar
          selection={selection}
          inView={rows.filter((row) => selection.keys.has(keyOf(row))).length}
        />
      )}
    </div>
  )
}

const Spacer = ({ px, span }: { readonly px: number; readonly span: number }) => (
  <tr>
    <td colSpan={span} style={{ height: px, padding: 0, border: 0 }} />
  </tr>
)

const Head = <R,>({ columns, rows, keyOf, selection, sort, onSort }: TableProps<R>) => {
  const { say } = useWords()
  const all = rows.length > 0 && rows.every((row) => selection?.keys.has(keyOf(row)))
  const toggleAll = () => {
    const here = rows.map(keyOf)
    const others = [...(selection?.keys ?? [])].filter((key) => !here.includes(key))
    selection?.set(new Set(all ? others : [...others, ...here]))
  }
  return (
    <thead>
      <tr>
        {selection && (
          <th scope="col" className={styles.check}>
            <input
              type="checkbox"
              aria-label={say('ui.table.selectAll')}
              checked={all}
              onChange={toggleAll}
            />
          </th>
        )}
        {columns.map(({ id, title, width, align, sorts }) => (
          <th
            key={id}
            scope="col"
            style={width === undefined ? undefined : { width, minWidth: width }}
            className={align === 'right' ? styles.right : undefined}
            {...(sorts && { 'aria-sort': ariaSort(id, sort) })}
          >
            {sorts && onSort ? (
              <button
                type="button"
                className={styles.sort}
                aria-label={say('ui.table.sort', { column: title })}
                onClick={() => onSort(sort === `-${id}` ? id : `-${id}`)}
              >
                {title} {sort === id ? '↑' : sort === `-${id}` ? '↓' : ''}
              </button>
            ) : (
              title
            )}
          </th>
        ))}
      </tr>
    </thead>
  )
}

const ariaSort = (id: string, sort: string | undefined) => {
  if (sort === id) return 'ascending'
  return sort === `-${id}` ? 'descending' : 'none'
}
