import { paths } from '../../paths.ts'
import { Go } from '../../ui/Go.tsx'
import { useWords } from '../../words/words.ts'
import styles from './Entries.module.css'
import { failing } from './fields.ts'

const views = [
  ['denied', 't=24h&f.outcome=denied'],
  ['limited', 't=24h&f.outcome=limited'],
  ['failed', `t=24h&f.outcome=${failing.join(',')}`],
  ['destructive', 't=7d&f.class=destructive'],
  ['open', 't=24h&f.outcome=under way,unknown'],
] as const

/** What is looked for most: addresses like any other, and nothing more. */
export const Views = () => {
  const { say } = useWords()
  return (
    <nav className={styles.views} aria-label={say('ledger.views')}>
      {views.map(([name, query]) => (
        <Go key={name} to={`${paths.ledger()}?${query}`}>
          {say(`ledger.view.${name}`)}
        </Go>
      ))}
    </nav>
  )
}
