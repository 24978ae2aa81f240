import { Textarea, TextInput } from '@mantine/core'
import { useWords } from '../words/words.ts'
import { FormDialog, type FormProps } from './FormDialog.tsx'
import { useFields } from './fields.ts'

/** `children` say what it does, to whom, and what goes on; an EffectPreview where policy changes. */
interface Props extends Omit<FormProps, 'isReady' | 'tone' | 'onAct'> {
  /**
   * 1: can be taken back, but others feel it. 2: cannot be taken back, so `typed` has to be typed.
   * (What can be undone at once needs no dialog: see Toast.)
   */
  readonly tier: 1 | 2
  readonly typed?: string
  /** Whether a reason has to be given; it is offered in any case. */
  readonly needsReason?: boolean
  readonly isReady?: boolean
  readonly onAct: (reason: string) => void
}

export const ActDialog = ({ tier, typed, needsReason = false, children, ...form }: Props) => {
  const { say } = useWords()
  const { texts, field } = useFields({ reason: '', name: '' })
  const reason = texts.reason.trim()
  const isNamed = tier === 1 || texts.name === typed
  const isReady = form.isReady !== false && isNamed && (!needsReason || reason !== '')
  return (
    <FormDialog
      {...form}
      tone={tier === 2 ? 'grave' : 'main'}
      isReady={isReady}
      onAct={() => form.onAct(reason)}
    >
      {children}
      <Textarea
        label={say('ui.reason')}
        description={say('ui.reason.hint')}
        required={needsReason}
        {...field('reason')}
      />
      {tier === 2 && typed !== undefined && (
        <TextInput
          label={say('ui.typeName', { name: typed })}
          autoComplete="off"
          {...field('name')}
        />
      )}
    </FormDialog>
  )
}
