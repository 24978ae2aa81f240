import { useWords } from '../words/words.ts'
import { Button } from './Button.tsx'
import styles from './Table.module.css'
import type { Selection } from './Table.tsx'

/** What is selected survives searching and paging; so it says how many of them are not in view. */
export const BulkBar = ({
  selection,
  inView,
}: {
  readonly selection: Selection
  readonly inView: number
}) => {
  const { say } = useWords()
  const count = selection.keys.size
  const away = count - inView
  return (
    <div className={styles.bulk} data-testid="table.bulk">
      <span role="status">
        {away > 0
          ? say('ui.table.selectedAway', { count, away })
          : say('ui.table.selected', { count })}
      </span>
      {selection.actions}
      <Button variant="subtle" onClick={() => selection.set(new Set())}>
        {say('ui.table.clear')}
      </Button>
    </div>
  )
}
