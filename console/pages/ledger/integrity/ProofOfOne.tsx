import { NumberInput } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useAnswer } from '../../../api/queries.ts'
import { useListState } from '../../../filters/use-search.ts'
import { paths } from '../../../paths.ts'
import { CopyBlock } from '../../../ui/Copy.tsx'
import { Failed } from '../../../ui/Failed.tsx'
import { Go } from '../../../ui/Go.tsx'
import { useWords } from '../../../words/words.ts'
import styles from './Integrity.module.css'
import { readProof } from './proof.ts'

/** One entry, proved without saying anything of any other. */
export const ProofOfOne = ({ plane }: { readonly plane: string }) => {
  const { say } = useWords()
  const { search, set } = useListState()
  const entry = search.entry ?? ''
  const isAsked = /^[1-9][0-9]{0,14}$/.test(entry)
  const [text, setText] = useState<string | number>(entry)
  useEffect(() => setText(entry), [entry])
  const take = () => {
    const next = String(text)
    if (next !== entry) set({ entry: next === '' ? undefined : next })
  }
  return (
    <div className={styles.part} data-testid="integrity.proof">
      <h3>{say('integrity.one')}</h3>
      <NumberInput
        label={say('integrity.one.position')}
        className={styles.position ?? ''}
        min={1}
        hideControls
        allowDecimal={false}
        value={text}
        onChange={setText}
        onBlur={take}
        onKeyDown={({ key }) => key === 'Enter' && take()}
      />
      {isAsked && <Proof plane={plane} position={entry} />}
    </div>
  )
}

const Proof = ({ plane, position }: { readonly plane: string; readonly position: string }) => {
  const { say } = useWords()
  const { data, error, refetch } = useAnswer(
    '/api/v1/planes/{plane}/ledger/entries/{position}/proof',
    { params: { path: { plane, position } } },
  )
  if (error) return <Failed what={say('integrity.one')} problem={error} onRetry={refetch} />
  if (!data) return null
  const read = readProof(data.proof)
  return (
    <>
      {read && (
        <p role="status">
          <Go to={`${paths.entry(data.position)}?plane=${plane}`}>
            {say('integrity.one.included', {
              position: data.position,
              size: read.size,
              hashes: read.hashes,
            })}
          </Go>
        </p>
      )}
      <details>
        <summary>{say('integrity.one.steps')}</summary>
        <CopyBlock text={data.proof} />
      </details>
    </>
  )
}
