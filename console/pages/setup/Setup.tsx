import { TextInput } from '@mantine/core'
import { type FormEvent, useEffect, useState } from 'react'
import type { Problem } from '../../api/problem.ts'
import { useAct, useAnswer } from '../../api/queries.ts'
import { LanguagePicker } from '../../frame/LanguagePicker.tsx'
import { paths } from '../../paths.ts'
import { Button } from '../../ui/Button.tsx'
import { Go } from '../../ui/Go.tsx'
import { PasswordField } from '../../ui/PasswordField.tsx'
import { Said } from '../../ui/Said.tsx'
import { useWords, type Words } from '../../words/words.ts'
import styles from '../sign-in/SignIn.module.css'
import { Clocks } from './Clocks.tsx'

/** Makes the first administrator by the code of the first start; the address is 404 once that is done. */
export default function Setup() {
  const words = useWords()
  const { say } = words
  const finish = useAct('post', '/api/v1/setup')
  const setup = useAnswer('/api/v1/setup', {}, { enabled: finish.isIdle })
  const [code, setCode] = useState(new URLSearchParams(location.search).get('code') ?? '')
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  useEffect(() => {
    document.title = say('setup.title')
  }, [say])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    finish.mutate(
      { body: { code, name, password, label: 'browser', cookie: true } },
      { onSuccess: () => location.assign(paths.firstCall()) },
    )
  }
  const isOver = setup.data?.needed === false || finish.error?.status === 404
  return (
    <main className={styles.card}>
      <LanguagePicker />
      <h1>{say('setup.title')}</h1>
      {isOver ? (
        <p>
          {say('setup.over')} <Go to={paths.signIn()}>{say('frame.signIn.act')}</Go>
        </p>
      ) : (
        <form onSubmit={submit}>
          <p>{say('setup.intro')}</p>
          {setup.isFetched && <Clocks />}
          <TextInput
            label={say('setup.code')}
            description={<Said text={say('setup.code.hint')} />}
            autoComplete="one-time-code"
            required
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
          />
          <TextInput
            label={say('setup.name')}
            autoComplete="username"
            required
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <PasswordField
            label={say('setup.password')}
            description={say('setup.password.hint')}
            autoComplete="new-password"
            required
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          {finish.error && (
            <p role="alert">
              <Said text={sayRefusal(words, finish.error)} />
            </p>
          )}
          <Button type="submit" tone="main" loading={finish.isPending}>
            {say('setup.act')}
          </Button>
        </form>
      )}
    </main>
  )
}

/** The code that is old and the one that is not the newest have sentences of their own, from the API. */
const sayRefusal = ({ say }: Words, { code, status, detail }: Problem): string => {
  if (code === 'setup_code') return say('setup.wrong', { detail: detail ?? '' })
  if (status === 429) return say('frame.signIn.wait')
  return status === 0 ? say('ui.error.network') : (detail ?? say('ui.error.ours'))
}
