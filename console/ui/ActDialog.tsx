import { Textarea, TextInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import type { Problem } from '../api/problem.ts'
import { useWords } from '../words/words.ts'
import { Button } from './Button.tsx'
import { Dialog } from './Dialog.tsx'

interface Props {
  readonly title: string
  /** What it does, to whom, and what goes on: sentences, and an EffectPreview where policy changes. */
  readonly children: ReactNode
  /** Verb, object, count: `Suspend agent`. */
  readonly act: string
  /**
   * 1: can be taken back, but others feel it. 2: cannot be taken back, so `typed` has to be typed.
   * (What can be undone at once needs no dialog: see Toast.)
   */
  readonly tier: 1 | 2
  readonly typed?: string
  /** Whether a reason has to be given; it is offered in any case. */
  readonly needsReason?: boolean
  /** Not yet: such as while the effect is worked out, or a test fails. */
  readonly disabledReason?: string | undefined
  readonly problem?: Problem | null
  readonly isBusy?: boolean
  readonly onAct: (reason: string) => void
  readonly onClose: () => void
}

export const ActDialog = (props: Props) => {
  const { say } = useWords()
  const [reason, setReason] = useState('')
  const [name, setName] = useState('')
  const isNamed = props.tier === 1 || name === props.typed
  const isReasoned = !props.needsReason || reason.trim() !== ''
  return (
    <Dialog
      title={props.title}
      onClose={props.onClose}
      actions={
        <>
          <Button onClick={props.onClose}>{say('ui.cancel')}</Button>
          <Button
            tone={props.tier === 2 ? 'grave' : 'main'}
            loading={props.isBusy ?? false}
            disabled={!isNamed || !isReasoned}
            disabledReason={props.disabledReason}
            onClick={() => props.onAct(reason.trim())}
          >
            {props.act}
          </Button>
        </>
      }
    >
      {props.children}
      <Textarea
        label={say('ui.reason')}
        description={say('ui.reason.hint')}
        required={props.needsReason ?? false}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      {props.tier === 2 && props.typed !== undefined && (
        <TextInput
          label={say('ui.typeName', { name: props.typed })}
          value={name}
          autoComplete="off"
          onChange={(event) => setName(event.currentTarget.value)}
        />
      )}
      {props.problem && <p role="alert">{props.problem.detail}</p>}
    </Dialog>
  )
}
