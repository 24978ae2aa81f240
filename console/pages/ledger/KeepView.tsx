import { TextInput } from '@mantine/core'
import { useState } from 'react'
import { Button } from '../../ui/Button.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { useWords } from '../../words/words.ts'
import { longestName } from './kept-views.ts'

/** A name for what is looked at. */
export const KeepView = ({
  onKeep,
  onClose,
}: {
  readonly onKeep: (name: string) => void
  readonly onClose: () => void
}) => {
  const { say } = useWords()
  const [name, setName] = useState('')
  const keep = () => {
    onKeep(name.trim())
    onClose()
  }
  return (
    <Dialog
      title={say('ledger.view.keep.title')}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{say('ui.cancel')}</Button>
          <Button tone="main" disabled={name.trim() === ''} onClick={keep}>
            {say('ledger.view.keep.act')}
          </Button>
        </>
      }
    >
      <p>{say('ledger.view.keep.says')}</p>
      <TextInput
        label={say('ledger.view.name')}
        value={name}
        maxLength={longestName}
        autoComplete="off"
        onChange={(event) => setName(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && name.trim() !== '') keep()
        }}
      />
    </Dialog>
  )
}
