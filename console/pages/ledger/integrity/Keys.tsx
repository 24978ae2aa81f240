import { useAnswer } from '../../../api/queries.ts'
import { CopyButton } from '../../../ui/Copy.tsx'
import { Failed } from '../../../ui/Failed.tsx'
import { useWords } from '../../../words/words.ts'
import styles from './Integrity.module.css'

/** Who signs, and who has signed before: to be compared with what was handed over by another way. */
export const Keys = ({ plane }: { readonly plane: string }) => {
  const { say, number } = useWords()
  const { data, error, refetch } = useAnswer('/api/v1/planes/{plane}/ledger/keys', {
    params: { path: { plane } },
  })
  const what = say('integrity.keys')
  if (error) return <Failed what={what} problem={error} onRetry={refetch} />
  const keys = (data?.keys ?? []).toReversed()
  return (
    <div className={styles.part} data-testid="integrity.keys">
      <h3>{what}</h3>
      <p className={styles.meta}>{say('integrity.keys.says')}</p>
      <ul className={styles.keys}>
        {keys.map(({ key, position }, at) => (
          <li key={key}>
            <code>{key}</code>
            <span className={styles.meta}>
              {say(at === 0 ? 'integrity.key.now' : 'integrity.key.before', {
                position: number(position),
              })}
            </span>
            <CopyButton text={key} />
          </li>
        ))}
      </ul>
    </div>
  )
}
