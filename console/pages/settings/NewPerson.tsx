import { Checkbox, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useAct } from '../../api/queries.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { useFields } from '../../ui/fields.ts'
import { PasswordField } from '../../ui/PasswordField.tsx'
import { said } from '../../ui/toast.tsx'
import { useWords } from '../../words/words.ts'

/** An account: what is typed stays after an error, and a password may be pasted. */
export const NewPerson = ({ onClose }: { readonly onClose: () => void }) => {
  const { say } = useWords()
  const { texts, field } = useFields({ name: '', title: '', password: '' })
  const [administrator, setAdministrator] = useState(false)
  const { name, title, password } = texts
  const act = useAct('put', '/api/v1/people/{person}')
  const make = () =>
    act.mutate(
      {
        params: { path: { person: name } },
        body: { administrator, password, ...(title !== '' && { title }) },
      },
      said(say('settings.person.made', { person: name }), onClose),
    )
  return (
    <FormDialog
      title={say('settings.person.make.title')}
      act={say('settings.person.make')}
      isReady={name !== '' && password !== ''}
      isBusy={act.isPending}
      problem={act.error}
      onAct={make}
      onClose={onClose}
    >
      <TextInput
        label={say('settings.name')}
        description={say('settings.person.name.hint')}
        required
        autoComplete="off"
        {...field('name')}
      />
      <TextInput label={say('settings.says')} {...field('title')} />
      <PasswordField
        label={say('frame.signIn.password')}
        required
        autoComplete="new-password"
        {...field('password')}
      />
      <Checkbox
        label={say('settings.administrator.of')}
        checked={administrator}
        onChange={(event) => setAdministrator(event.currentTarget.checked)}
      />
    </FormDialog>
  )
}
