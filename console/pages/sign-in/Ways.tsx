import { useAct, useAnswer } from '../../api/queries.ts'
import { Button } from '../../ui/Button.tsx'
import { Failed } from '../../ui/Failed.tsx'
import { useWords } from '../../words/words.ts'
import styles from './SignIn.module.css'

/**
 * The ways in that lead through the Manager's issuer: its page asks, and the browser comes back signed in.
 * Nothing is shown where there are none, or they cannot be had: name and password stand below.
 */
export const Ways = ({ to }: { readonly to: string }) => {
  const { say } = useWords()
  const ways = useAnswer('/api/v1/session/ways', {})
  const begin = useAct('post', '/api/v1/session/begin')
  const { passkey = false, organisations = [] } = ways.data ?? {}
  if (!passkey && organisations.length === 0) return null
  const go = (way: string | undefined) => () =>
    begin.mutate(
      { body: { to, ...(way !== undefined && { way }) } },
      { onSuccess: (answer) => location.assign(answer.location) },
    )
  return (
    <div className={styles.ways}>
      {begin.error && <Failed what={say('frame.signIn.title')} problem={begin.error} />}
      {organisations.map(({ name, title }) => (
        <Button key={name} onClick={go(name)} disabled={begin.isPending}>
          {say('frame.signIn.organisation', { title })}
        </Button>
      ))}
      {passkey && (
        <Button onClick={go(undefined)} disabled={begin.isPending}>
          {say('frame.signIn.passkey')}
        </Button>
      )}
      <p className={styles.or}>{say('frame.signIn.or')}</p>
    </div>
  )
}
