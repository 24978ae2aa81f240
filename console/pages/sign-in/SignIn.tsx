import { TextInput } from '@mantine/core'
import { type FormEvent, useEffect, useState } from 'react'
import type { Problem } from '../../api/problem.ts'
import { useAct, useAnswer } from '../../api/queries.ts'
import { LanguagePicker } from '../../frame/LanguagePicker.tsx'
import { paths } from '../../paths.ts'
import { Button } from '../../ui/Button.tsx'
import { PasswordField } from '../../ui/PasswordField.tsx'
import { Said } from '../../ui/Said.tsx'
import { useWords, type Words } from '../../words/words.ts'
import styles from './SignIn.module.css'
import { Ways } from './Ways.tsx'

/**
 * By a passkey or an organisation, where there are such ways, or by name and password, which may be
 * pasted; the token goes into a cookie that no script reads.
 */
export default function SignIn() {
  const words = useWords()
  const { say } = words
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const signIn = useAct('post', '/api/v1/session')
  const setup = useAnswer('/api/v1/setup', {})
  const failed = failedBefore()
  useEffect(() => {
    document.title = say('frame.signIn.title')
  }, [say])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    signIn.mutate(
      { body: { name, password, label: 'browser', cookie: true } },
      { onSuccess: () => location.assign(backTo()) },
    )
  }
  return (
    <main className={styles.card}>
      <LanguagePicker />
      <h1>{say('frame.signIn.title')}</h1>
      {setup.data?.needed && (
        <p>
          <Said text={say('frame.signIn.setup')} />
        </p>
      )}
      {failed !== undefined && signIn.isIdle && (
        <p role="alert" className={failed === 'later' ? undefined : styles.said}>
          {say(`frame.signIn.failed.${failed}`)}
        </p>
      )}
      <Ways to={wanted()} />
      <form onSubmit={submit}>
        <TextInput
          label={say('frame.signIn.name')}
          name="username"
          autoComplete="username"
          required
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <PasswordField
          label={say('frame.signIn.password')}
          name="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {signIn.error && <p role="alert">{sayRefusal(words, signIn.error)}</p>}
        <Button type="submit" tone="main" loading={signIn.isPending}>
          {say('frame.signIn.act')}
        </Button>
      </form>
    </main>
  )
}

const sayRefusal = ({ say }: Words, { code, status, detail }: Problem): string => {
  if (code === 'bad_sign_in') return say('frame.signIn.bad')
  if (status === 429) return say('frame.signIn.wait')
  return status === 0 ? say('ui.error.network') : (detail ?? say('ui.error.ours'))
}

const wanted = (): string => new URLSearchParams(location.search).get('to') ?? ''

/** Only an address of ours: what stands in a link never leads elsewhere. */
const backTo = (): string =>
  /^\/(m|p)(\/[^/\\]|$|\?)/.test(wanted()) ? wanted() : paths.overview()

const problems = ['denied', 'over', 'unknown', 'refused', 'later'] as const

/** What failed of a sign-in that led through the Manager's issuer, as `/m/back` says it. */
const failedBefore = (): (typeof problems)[number] | undefined => {
  const failed = new URLSearchParams(location.search).get('failed')
  return problems.find((one) => one === failed)
}
