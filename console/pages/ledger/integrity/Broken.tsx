import { Outcome } from '../../../parts/Outcome.tsx'
import { CopyBlock } from '../../../ui/Copy.tsx'
import { useWords } from '../../../words/words.ts'
import styles from './Integrity.module.css'

/** The ledger is refused: it is not the one that was signed, and no call is let through. */
export const Refused = ({
  plane,
  problem,
}: {
  readonly plane: string
  readonly problem: string
}) => {
  const { say } = useWords()
  return (
    <div className={styles.broken} role="alert" data-testid="integrity.refused">
      <h3>
        <Outcome state="failed">{say('integrity.refused')}</Outcome>
      </h3>
      <p>{problem}</p>
      <WhatToDo plane={plane} />
    </div>
  )
}

/** First keep what there is: whatever else is done afterwards. */
export const WhatToDo = ({ plane }: { readonly plane: string }) => {
  const { say } = useWords()
  return (
    <>
      <p>{say('integrity.todo')}</p>
      <CopyBlock text={`bailiwick ledger export ${plane} -o ${plane}-evidence`} />
    </>
  )
}
