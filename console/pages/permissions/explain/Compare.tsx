import { Textarea } from '@mantine/core'
import { type ReactNode, useEffect, useState } from 'react'
import type { SearchState } from '../../../filters/use-search.ts'
import { Outcome } from '../../../parts/Outcome.tsx'
import { sayReason } from '../../../parts/reasons.ts'
import { Failed } from '../../../ui/Failed.tsx'
import { useWords } from '../../../words/words.ts'
import type { Asking } from '../explaining.ts'
import { type Explained, useExplained } from '../use-explained.ts'
import { shapeOf } from './Answered.tsx'
import styles from './Explain.module.css'
import { Revisions } from './Revisions.tsx'

interface Props {
  readonly asking: Asking
  readonly now: Explained
  readonly set: SearchState['set']
}

/** The same question by the policy of an earlier revision, and by documents that stand nowhere yet. */
export const Compare = ({ asking, now, set }: Props) => {
  const { say } = useWords()
  const { rev, draft, ...asked } = asking
  const revision = /^[1-9][0-9]{0,8}$/.test(rev ?? '') ? Number(rev) : undefined
  const then = useExplained(
    asked,
    revision === undefined ? {} : { revision },
    revision !== undefined,
  )
  const drafted = useExplained(asked, draft === undefined ? {} : { draft }, draft !== undefined)
  return (
    <section
      className={styles.panel}
      aria-labelledby="explain-compare"
      data-testid="explain.compare"
    >
      <h2 id="explain-compare">{say('explain.compare')}</h2>
      <Side id="explain.then" when={say('call.then')} answer={revision && then.data}>
        <Revisions
          plane={asking.plane ?? ''}
          chosen={rev}
          onChoose={(next) => set({ rev: next })}
        />
      </Side>
      {revision !== undefined && then.error && (
        <Failed what={say('call.then')} problem={then.error} onRetry={then.refetch} />
      )}
      <Side id="explain.now" when={say('call.now')} answer={now} />
      <Side
        id="explain.draft"
        when={say('explain.draft')}
        answer={draft === undefined ? undefined : drafted.data}
      />
      {draft !== undefined && drafted.error && (
        <Failed what={say('explain.draft')} problem={drafted.error} onRetry={drafted.refetch} />
      )}
      <DraftText draft={draft} onWritten={(next) => set({ draft: next })} />
    </section>
  )
}

const Side = ({
  id,
  when,
  answer,
  children,
}: {
  readonly id: string
  readonly when: string
  readonly answer: Explained | 0 | undefined
  readonly children?: ReactNode
}) => {
  const words = useWords()
  const { say } = words
  return (
    <div
      className={styles.side}
      data-testid={id}
      {...(answer && { 'data-decision': answer.decision })}
    >
      <span className={styles.when}>{when}</span>
      {children}
      {answer ? (
        <>
          <Outcome state={shapeOf(answer.decision)}>
            {say(`explain.decision.${answer.decision}`)}
          </Outcome>
          <span>{answer.decision !== 'depends' && sayReason(words, answer.because)}</span>
          <span className={styles.by}>{say('call.revision', { revision: answer.revision })}</span>
        </>
      ) : (
        <span className={styles.by}>—</span>
      )}
    </div>
  )
}

/** Documents as `bailiwick apply` takes them; nothing of it is applied. */
const DraftText = ({
  draft = '',
  onWritten,
}: {
  readonly draft: string | undefined
  readonly onWritten: (draft: string | undefined) => void
}) => {
  const { say } = useWords()
  const [text, setText] = useState(draft)
  useEffect(() => setText(draft), [draft])
  return (
    <Textarea
      label={say('explain.draft.documents')}
      description={say('explain.draft.hint')}
      classNames={{ input: styles.draft ?? '' }}
      autosize
      minRows={3}
      maxRows={14}
      spellCheck={false}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={() => text !== draft && onWritten(text.trim() === '' ? undefined : text)}
    />
  )
}
