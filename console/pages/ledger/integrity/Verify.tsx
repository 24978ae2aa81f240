import { type ReactNode, useMemo } from 'react'
import { useKeys } from '../../../keys/keys.ts'
import { Button } from '../../../ui/Button.tsx'
import { Failed } from '../../../ui/Failed.tsx'
import { useWords } from '../../../words/words.ts'
import styles from './Integrity.module.css'
import { useVerify } from './use-verify.ts'
import { Verdict } from './Verdict.tsx'

interface Props {
  readonly plane: string
  readonly isAllowed: boolean
  readonly hasKeys: boolean
  /** What was found the last time, until something newer is known here. */
  readonly last: ReactNode
}

/** Has whoever keeps the ledger look at all of it, and tells how far that is. */
export const Verify = ({ plane, isAllowed, hasKeys, last }: Props) => {
  const { say, number } = useWords()
  const { state, start, cancel } = useVerify(plane)
  useVerifyKey(hasKeys && isAllowed ? start : undefined)
  const isBusy = state.is === 'busy'
  return (
    <div className={styles.part} data-testid="integrity.verify">
      <div className={styles.actions}>
        <Button
          tone="main"
          disabled={isBusy}
          disabledReason={
            isAllowed ? undefined : say('ui.disabled.needs', { needs: say('integrity.needs') })
          }
          onClick={start}
        >
          {say('integrity.verify')}
        </Button>
        {isBusy && <Button onClick={cancel}>{say('ui.cancel')}</Button>}
        {state.is === 'busy' && (
          <>
            <progress
              aria-label={say('integrity.verify')}
              value={state.done}
              max={Math.max(1, state.of)}
            />
            <span role="status">
              {say('integrity.progress', {
                ...{ done: state.done, of: state.of },
                perSecond: number(state.perSecond, { maximumFractionDigits: 0 }),
              })}
            </span>
          </>
        )}
      </div>
      <p className={styles.meta}>{say('integrity.verify.says')}</p>
      {state.is === 'failed' && (
        <Failed what={say('integrity.verify')} problem={state.problem} onRetry={start} />
      )}
      {state.is === 'idle' && last}
      {state.is === 'done' && <Verdict verdict={state.verdict} />}
    </div>
  )
}

const useVerifyKey = (start: (() => void) | undefined): void => {
  const keys = useMemo(
    () => (start ? [{ keys: 'v', says: 'integrity.keys.verify' as const, act: start }] : []),
    [start],
  )
  useKeys(keys)
}
