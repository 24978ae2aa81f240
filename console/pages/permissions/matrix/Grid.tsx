// biome-ignore-all lint/a11y/useSemanticElements: no <table> is virtual both ways; the roles are those of an APG data grid
import { useVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useEffect, useId, useRef } from 'react'
import styles from './Grid.module.css'
import { type At, type Pressed, useGridKeys } from './use-grid-keys.ts'

/** How one cell is shown and told. */
export interface Shown {
  readonly glyph: string
  /** Whole, for who hears it: capability, class; agent for consumer; state. */
  readonly says: string
  /** The data attribute that colours it. */
  readonly look: string
  readonly heat?: number | undefined
  readonly isDraft?: boolean
}

export interface GridHead {
  readonly key: string
  readonly says: string
  readonly shows: ReactNode
  readonly isGroup?: boolean
  /** Of a group: whether its lines are in sight. */
  readonly isOpen?: boolean
}

interface Props {
  readonly label: string
  readonly corner: string
  readonly rows: readonly GridHead[]
  readonly columns: readonly GridHead[]
  readonly cell: (row: number, column: number) => Shown
  readonly at: At
  readonly selected: (row: number, column: number) => boolean
  readonly onMove: (at: At, isRange: boolean) => void
  readonly onPress: (pressed: Pressed) => void
  readonly more?: (() => void) | undefined
}

const rowPx = 32
const sidePx = 264
const wide = { columnPx: 136, headPx: 48 }
const narrow = { columnPx: 36, headPx: 168 }
const fewColumns = 8

/** An APG data grid, drawn only where it is looked at: one Tab stop, the cell that is meant is named to it. */
export const Grid = (props: Props) => {
  const { rows, columns, at, more } = props
  const id = useId()
  const scroller = useRef<HTMLDivElement>(null)
  const { columnPx, headPx } = columns.length > fewColumns ? narrow : wide
  const down = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: 4,
    scrollPaddingEnd: headPx,
  })
  const along = useVirtualizer({
    horizontal: true,
    count: columns.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => columnPx,
    overscan: 2,
    scrollPaddingEnd: sidePx,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: another width is another measure
  useEffect(() => along.measure(), [along, columnPx])
  const lines = down.getVirtualItems()
  const last = lines.at(-1)?.index ?? 0
  useEffect(() => {
    if (more && last >= rows.length - 40) more()
  }, [more, last, rows.length])
  const move = (next: At, isRange: boolean) => {
    down.scrollToIndex(next.row)
    along.scrollToIndex(next.column)
    props.onMove(next, isRange)
  }
  const keys = useGridKeys({ ...props, page: 12, onMove: move })
  const width = sidePx + along.getTotalSize()
  const isShown = rows.length > at.row && columns.length > at.column
  return (
    <div
      ref={scroller}
      className={styles.grid}
      role="grid"
      tabIndex={0}
      aria-label={props.label}
      aria-rowcount={more ? -1 : rows.length + 1}
      aria-colcount={columns.length + 1}
      aria-multiselectable="true"
      {...(isShown && { 'aria-activedescendant': `${id}-${at.row}-${at.column}` })}
      data-testid="permissions.matrix"
      onKeyDown={keys}
    >
      <div
        role="row"
        tabIndex={-1}
        aria-rowindex={1}
        className={styles.head}
        style={{ width, height: headPx }}
      >
        <div role="columnheader" tabIndex={-1} className={styles.corner} style={{ width: sidePx }}>
          {props.corner}
        </div>
        {along.getVirtualItems().map(({ index, start }) => (
          <div
            key={columns[index]?.key ?? index}
            role="columnheader"
            tabIndex={-1}
            aria-colindex={index + 2}
            aria-label={columns[index]?.says}
            className={styles.top}
            data-narrow={columnPx < 100}
            data-at={index === at.column}
            style={{ left: sidePx + start, width: columnPx }}
          >
            {columns[index]?.shows}
          </div>
        ))}
      </div>
      <div role="rowgroup" style={{ width, height: down.getTotalSize(), position: 'relative' }}>
        {lines.map(({ index: row, start }) => {
          const head = rows[row]
          if (!head) return null
          return (
            <div
              key={head.key}
              role="row"
              tabIndex={-1}
              aria-rowindex={row + 2}
              className={styles.row}
              data-group={head.isGroup === true}
              data-id={head.key}
              style={{ top: start, width, height: rowPx }}
            >
              <div
                role="rowheader"
                tabIndex={-1}
                aria-label={head.says}
                {...(head.isGroup && { 'aria-expanded': head.isOpen })}
                className={styles.side}
                data-at={row === at.row}
                style={{ width: sidePx }}
              >
                {head.shows}
              </div>
              {along.getVirtualItems().map(({ index: column, start: left }) => (
                <GridCell
                  key={columns[column]?.key ?? column}
                  {...props}
                  id={`${id}-${row}-${column}`}
                  place={{ row, column }}
                  onPoint={(isRange) => {
                    scroller.current?.focus({ preventScroll: true })
                    props.onMove({ row, column }, isRange)
                    if (!isRange) props.onPress({ what: 'open', at: { row, column } })
                  }}
                  style={{ left: sidePx + left, width: columnPx }}
                />
              ))}
            </div>
          )
        })}
      </div>
    </div>
  )
}

const GridCell = ({
  id,
  place,
  cell,
  at,
  selected,
  style,
  onPoint,
}: Pick<Props, 'cell' | 'at' | 'selected'> & {
  readonly id: string
  readonly place: At
  readonly style: { readonly left: number; readonly width: number }
  readonly onPoint: (isRange: boolean) => void
}) => {
  const { glyph, says, look, heat, isDraft = false } = cell(place.row, place.column)
  return (
    // The keys are the grid's: it has the focus, and names this cell.
    // biome-ignore lint/a11y/useKeyWithClickEvents: see above
    <div
      id={id}
      role="gridcell"
      tabIndex={-1}
      aria-colindex={place.column + 2}
      aria-selected={selected(place.row, place.column)}
      aria-label={says}
      className={styles.cell}
      data-at={place.row === at.row && place.column === at.column}
      style={style}
      onClick={(event) => onPoint(event.shiftKey)}
      onMouseDown={(event) => event.preventDefault()}
    >
      <span className={styles.glyph} data-look={look} data-heat={heat} data-draft={isDraft}>
        {glyph}
        {isDraft && <span className={styles.pen}>✎</span>}
      </span>
    </div>
  )
}
