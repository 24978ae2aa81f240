import { paths } from '../../../paths.ts'
import { CopyBlock } from '../../../ui/Copy.tsx'
import { Go } from '../../../ui/Go.tsx'
import { useWords } from '../../../words/words.ts'
import { verifyOf } from '../bundle.ts'
import styles from './Integrity.module.css'

/** That our server says that our server is fine is no evidence: this needs neither it nor a network. */
export const Kit = ({ plane }: { readonly plane: string }) => {
  const { say } = useWords()
  const folder = `${plane}-evidence`
  return (
    <div className={styles.part} data-testid="integrity.kit">
      <h3>{say('integrity.kit')}</h3>
      <p className={styles.meta}>{say('integrity.kit.says')}</p>
      <CopyBlock text={`bailiwick ledger export ${plane} -o ${folder}`} />
      <p className={styles.meta}>{say('integrity.kit.verify')}</p>
      <CopyBlock isElsewhere text={verifyOf(folder)} />
      <p>
        <Go to={paths.exports()}>{say('integrity.kit.exports')}</Go>
      </p>
    </div>
  )
}
