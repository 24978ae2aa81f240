import type { ReactNode } from 'react'
import type { Problem } from '../api/problem.ts'
import { useWords } from '../words/words.ts'
import { Button } from './Button.tsx'
import { Dialog } from './Dialog.tsx'

export interface FormProps {
  readonly title: string
  readonly children: ReactNode
  /** Verb, object, count: `Suspend agent`. */
  readonly act: string
  readonly tone?: 'main' | 'grave'
  /** What has to be filled in is. */
  readonly isReady: boolean
  /** Not yet: such as while the effect is worked out, or a test fails. */
  readonly disabledReason?: string | undefined
  readonly problem?: Problem | null | undefined
  readonly isBusy?: boolean | undefined
  readonly onAct: () => void
  readonly onClose: () => void
}

/** Fields and the one thing to do with them: what is typed stays after an error. */
export const FormDialog = (props: FormProps) => {
  const { say } = useWords()
  return (
    <Dialog
      isForm
      title={props.title}
      onClose={props.onClose}
      actions={
        <>
          <Button onClick={props.onClose}>{say('ui.cancel')}</Button>
          <Button
            tone={props.tone ?? 'main'}
            loading={props.isBusy ?? false}
            disabled={!props.isReady}
            disabledReason={props.disabledReason}
            onClick={props.onAct}
          >
            {props.act}
          </Button>
        </>
      }
    >
      {props.children}
      {props.problem && <p role="alert">{props.problem.detail}</p>}
    </Dialog>
  )
}
