import { useWords } from '../words/words.ts'
import { Button } from './Button.tsx'
import { CopyButton } from './Copy.tsx'
import { Dialog } from './Dialog.tsx'
import styles from './RowActions.module.css'
import { asJson, asLine, type Copied } from './row-text.ts'

/** What can be done with the row that has the focus, by keyboard alone: `.` opens it. */
export const RowActions = <R,>({
  row,
  name,
  columns,
  onOpen,
  onFilter,
  onClose,
}: {
  readonly row: R
  readonly name: string
  readonly columns: readonly (Copied<R> & {
    readonly filter?: (row: R) => { readonly field: string; readonly value: string } | undefined
  })[]
  readonly onOpen?: ((row: R) => void) | undefined
  readonly onFilter?: ((field: string, value: string, not: boolean) => void) | undefined
  readonly onClose: () => void
}) => {
  const { say } = useWords()
  const then = (act: () => void) => () => {
    onClose()
    act()
  }
  const filters = onFilter ? columns.flatMap((column) => column.filter?.(row) ?? []) : []
  return (
    <Dialog
      title={name}
      onClose={onClose}
      actions={<Button onClick={onClose}>{say('ui.close')}</Button>}
    >
      <div className={styles.actions} data-testid="row.actions">
        {onOpen && <Button onClick={then(() => onOpen(row))}>{say('frame.keys.peek')}</Button>}
        <CopyButton text={() => asLine(columns, row)} label={say('ui.table.copyRow')} />
        <CopyButton text={() => asJson(row)} label={say('ui.table.copyJson')} />
        {columns.flatMap(({ id, title, text }) =>
          text
            ? [
                <CopyButton
                  key={id}
                  text={() => text(row)}
                  label={`${say('ui.table.copyCell')}: ${title}`}
                />,
              ]
            : [],
        )}
        {filters.flatMap(({ field, value }) => [
          <Button key={field} onClick={then(() => onFilter?.(field, value, false))}>
            {say('ui.filters.only', { value })}
          </Button>,
          <Button key={`not ${field}`} onClick={then(() => onFilter?.(field, value, true))}>
            {say('ui.filters.exclude', { value })}
          </Button>,
        ])}
      </div>
    </Dialog>
  )
}
