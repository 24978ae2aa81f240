import { useState } from 'react'
import { paths } from '../../paths.ts'
import { Button } from '../../ui/Button.tsx'
import { Go } from '../../ui/Go.tsx'
import { useWords } from '../../words/words.ts'
import styles from './Entries.module.css'
import { failing } from './fields.ts'
import { KeepView } from './KeepView.tsx'
import { queryOf } from './kept-views.ts'
import { useKeptViews } from './use-kept-views.ts'

const views = [
  ['denied', 't=24h&f.outcome=denied'],
  ['limited', 't=24h&f.outcome=limited'],
  ['failed', `t=24h&f.outcome=${failing.join(',')}`],
  ['destructive', 't=7d&f.class=destructive'],
  ['open', 't=24h&f.outcome=under way,unknown'],
] as const

/** What is looked for most, and what this person keeps: addresses like any other, and nothing more. */
export const Views = () => {
  const { say } = useWords()
  const { views: kept, keep, remove } = useKeptViews()
  const [isKeeping, setKeeping] = useState(false)
  return (
    <nav className={styles.views} aria-label={say('ledger.views')}>
      {views.map(([name, query]) => (
        <Go key={name} to={`${paths.ledger()}?${query}`}>
          {say(`ledger.view.${name}`)}
        </Go>
      ))}
      {kept.map(({ name, query }) => (
        <span key={name} className={styles.kept} data-testid="ledger.view">
          <Go to={`${paths.ledger()}?${query}`}>{name}</Go>
          <button
            type="button"
            aria-label={say('ledger.view.remove', { name })}
            onClick={() => remove(name)}
          >
            ✕
          </button>
        </span>
      ))}
      <Button variant="subtle" onClick={() => setKeeping(true)}>
        {say('ledger.view.keep')}
      </Button>
      {isKeeping && (
        <KeepView
          onKeep={(name) => keep({ name, query: queryOf(location.search) })}
          onClose={() => setKeeping(false)}
        />
      )}
    </nav>
  )
}
