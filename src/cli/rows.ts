import { Fault } from '#lib/fault.ts'
import { fit, oneLine, widthOf } from './cells.ts'
import type { Ink } from './glyphs.ts'
import type { Terminal } from './terminal.ts'

export interface Column<R> {
  /** For `--columns`; the heading is the same in capitals. */
  readonly key: string
  readonly align?: 'right'
  /** May be cut down to so many columns; one without is never cut. */
  readonly least?: number
  /** Is cut before any other, since what is left of it is enough. */
  readonly yields?: boolean
  readonly cell: (row: R) => string
  readonly colour?: (row: R) => Ink | undefined
  /** Draws the cell itself, coloured; its width is that of `cell`. */
  readonly draw?: (row: R) => string
  /** Left out unless `--columns` names it. */
  readonly hidden?: boolean
}

const gap = '  '

/** No borders, headings in capitals, numbers to the right; cut to the terminal, never wrapped. */
export const printRows = <R>(
  terminal: Terminal,
  columns: readonly Column<R>[],
  rows: readonly R[],
): void => {
  const shown = chooseColumns(terminal, columns).filter(
    (column) => terminal.columns || rows.some((row) => column.cell(row) !== ''),
  )
  const cells = rows.map((row) => shown.map((column) => oneLine(column.cell(row))))
  const natural = shown.map((column, at) =>
    Math.max(widthOf(column.key), ...cells.map((line) => widthOf(line[at] ?? ''))),
  )
  const widths = shrink(natural, shown, terminal.width)
  const cut = terminal.glyph('cut')
  const line = (texts: readonly string[], finish: (text: string, at: number) => string) =>
    texts
      .map((text, at) => {
        const fitted = fit(text, widths[at] ?? 0, cut)
        const room = ' '.repeat(Math.max(0, (widths[at] ?? 0) - widthOf(fitted)))
        return shown[at]?.align === 'right' ? room + finish(fitted, at) : finish(fitted, at) + room
      })
      .join(gap)
      .trimEnd()
  const headings = shown.map((column) => column.key.toUpperCase())
  terminal.out(line(headings, (text) => terminal.paint(text, 'faint')))
  rows.forEach((row, index) => {
    terminal.out(
      line(cells[index] ?? [], (text, at) => {
        const column = shown[at]
        return column?.draw ? column.draw(row) : terminal.paint(text, column?.colour?.(row))
      }),
    )
  })
}

const chooseColumns = <R>(terminal: Terminal, columns: readonly Column<R>[]): Column<R>[] => {
  if (!terminal.columns) return columns.filter((column) => !column.hidden)
  return terminal.columns.map((name) => {
    const column = columns.find(({ key }) => key === name)
    if (column) return column
    throw new Fault('usage', {
      detail: `There is no column "${name}". There is: ${columns.map(({ key }) => key).join(', ')}.`,
    })
  })
}

/** Takes from the widest column that may still give, one by one, until the line fits. */
const shrink = <R>(
  natural: readonly number[],
  columns: readonly Column<R>[],
  width: number | undefined,
): number[] => {
  const widths = [...natural]
  if (width === undefined) return widths
  const used = widths.reduce((sum, one) => sum + one, 0) + gap.length * (widths.length - 1)
  for (let over = used - width; over > 0; over--) {
    const giving = columns.flatMap(({ least, yields = false }, at) =>
      least !== undefined && (widths[at] ?? 0) > least ? [{ at, yields }] : [],
    )
    const [first, ...others] = giving
    if (!first) break
    const { at } = others.reduce((best, one) => {
      if (one.yields !== best.yields) return one.yields ? one : best
      return (widths[one.at] ?? 0) > (widths[best.at] ?? 0) ? one : best
    }, first)
    widths[at] = (widths[at] ?? 1) - 1
  }
  return widths
}
