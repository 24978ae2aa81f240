import { When } from '../../parts/when.tsx'
import { paths } from '../../paths.ts'
import { Go } from '../../ui/Go.tsx'
import { useWords } from '../../words/words.ts'
import styles from './Call.module.css'
import type { Story } from './story.ts'

/** The entries of the ledger that are about this call, each as it is recorded. */
export const Entries = ({ story: { plane, entries } }: { readonly story: Story }) => {
  const { say, number } = useWords()
  return (
    <section className={styles.panel} aria-labelledby="call-entries" data-testid="call.entries">
      <h2 id="call-entries">{say('call.entries')}</h2>
      <ul className={styles.entries}>
        {entries.map(({ position, entry }) => (
          <li key={position} data-id={position}>
            <Go to={`${paths.entry(position)}?plane=${plane}`}>#{number(position)}</Go>{' '}
            <code>{entry.type}</code>{' '}
            {typeof entry.at === 'number' && <When at={entry.at} how="time" />}
            <details>
              <summary>{say('call.entries.whole')}</summary>
              <pre>{JSON.stringify(entry, null, 2)}</pre>
            </details>
          </li>
        ))}
      </ul>
    </section>
  )
}
