import { useState } from 'react'
import { useWhole } from '../../api/all.ts'
import type { Answer } from '../../api/client.ts'
import { useMe } from '../../api/session.ts'
import { When } from '../../parts/when.tsx'
import { Button } from '../../ui/Button.tsx'
import { List } from '../../ui/List.tsx'
import { useWords } from '../../words/words.ts'
import { NewPerson } from './NewPerson.tsx'
import { RemovePerson } from './RemovePerson.tsx'
import { Roles } from './Roles.tsx'

import styles from './settings.module.css'

type Person = Answer<'get', '/api/v1/people'>['items'][number]

/** Who may sign in here, and who holds which role over what: each for whom it is to see. */
export const People = () => {
  const { say } = useWords()
  const me = useMe().data
  if (!me) return null
  return (
    <>
      {me.person.administrator ? (
        <Accounts />
      ) : (
        <section className={styles.part}>
          <h2>{say('settings.accounts')}</h2>
          <p>{say('settings.accounts.notYours')}</p>
        </section>
      )}
      <Roles />
    </>
  )
}

const Accounts = () => {
  const { say } = useWords()
  const people = useWhole('/api/v1/people')
  const [isMaking, setMaking] = useState(false)
  const [removing, setRemoving] = useState<Person>()
  const title = say('settings.accounts')
  return (
    <section className={styles.part}>
      <h2>{title}</h2>
      <List
        id="settings.people"
        label={title}
        of={people}
        keyOf={({ name }) => name}
        tools={
          <Button tone="main" onClick={() => setMaking(true)}>
            {say('settings.person.make')}
          </Button>
        }
        columns={[
          { id: 'name', title: say('settings.name'), cell: ({ name }) => <code>{name}</code> },
          { id: 'title', title: say('settings.says'), cell: ({ title }) => title ?? '—' },
          {
            id: 'administrator',
            title: say('settings.administrator'),
            cell: ({ administrator }) => (administrator ? say('settings.yes') : '—'),
          },
          {
            id: 'by',
            title: say('settings.signsIn'),
            cell: ({ issuer, hasPassword, hasPasskey }) => {
              const own = [
                ...(hasPasskey ? [say('settings.passkey')] : []),
                ...(hasPassword ? [say('settings.password')] : []),
              ]
              return issuer ?? (own.join(', ') || say('settings.noPassword'))
            },
          },
          {
            id: 'made',
            title: say('settings.made'),
            cell: ({ madeAt, madeBy }) => (
              <>
                <When at={madeAt} how="day" /> · {madeBy}
              </>
            ),
          },
          {
            id: 'act',
            title: say('settings.remove'),
            cell: (person) => (
              <Button
                aria-label={`${say('settings.remove')} ${person.name}`}
                onClick={() => setRemoving(person)}
              >
                {say('settings.remove')}
              </Button>
            ),
          },
        ]}
      />
      {isMaking && <NewPerson onClose={() => setMaking(false)} />}
      {removing && <RemovePerson person={removing.name} onClose={() => setRemoving(undefined)} />}
    </section>
  )
}
