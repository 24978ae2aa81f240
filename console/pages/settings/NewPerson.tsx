import { Checkbox, PasswordInput, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useAct } from '../../api/queries.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { toast } from '../../ui/toast.tsx'
import { useWords } from '../../words/words.ts'

/** An account: what is typed stays after an error, and a passphrase may be pasted. */
export const NewPerson = ({ onClose }: { readonly onClose: () => void }) => {
  const { say } = useWords()
  const [name, setName] = useState('')
  const [title, setTitle] = useState('')
  const [password, setPassword] = useState('')
  const [administrator, setAdministrator] = useState(false)
  const act = useAct('put', '/api/v1/people/{person}')
  const make = () =>
    act.mutate(
      {
        params: { path: { person: name } },
        body: { administrator, password, ...(title !== '' && { title }) },
      },
      {
        onSuccess: () => {
          toast(say('settings.person.made', { person: name }))
          onClose()
        },
      },
    )
  return (
    <Dialog
      title={say('settings.person.make.title')}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{say('ui.cancel')}</Button>
          <Button
            tone="main"
            loading={act.isPending}
            disabled={name === '' || password === ''}
            onClick={make}
          >
            {say('settings.person.make')}
          </Button>
        </>
      }
    >
      <TextInput
        label={say('settings.name')}
        description={say('settings.person.name.hint')}
        required
        autoComplete="off"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <TextInput
        label={say('settings.says')}
        value={title}
        onChange={(event) => setTitle(event.currentTarget.value)}
      />
      <PasswordInput
        label={say('frame.signIn.password')}
        required
        autoComplete="new-password"
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      <Checkbox
        label={say('settings.administrator.of')}
        checked={administrator}
        onChange={(event) => setAdministrator(event.currentTarget.checked)}
      />
      {act.error && <p role="alert">{act.error.detail}</p>}
    </Dialog>
  )
}
