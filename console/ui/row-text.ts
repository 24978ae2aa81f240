/** What of a column can be copied. */
export interface Copied<R> {
  readonly id: string
  readonly title: string
  readonly text?: (row: R) => string
}

/** Tab between the cells, as spreadsheets take it; a tab or a line break within one is a space. */
export const asLine = <R>(columns: readonly Copied<R>[], row: R): string =>
  columns
    .flatMap(({ text }) => (text ? [guarded(text(row).replaceAll(/[\t\r\n]+/g, ' '))] : []))
    .join('\t')

/** A spreadsheet calculates what begins like this: what others wrote is text and no formula. */
const guarded = (cell: string): string => (/^[=+\-@]/.test(cell) ? `'${cell}` : cell)

/** The row as the API answered it. */
export const asJson = (row: unknown): string => JSON.stringify(row, undefined, 2)
