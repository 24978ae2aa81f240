import type { Answer } from '../../api/client.ts'
import { useAnswer } from '../../api/queries.ts'
import { When } from '../../parts/when.tsx'
import { Failed } from '../../ui/Failed.tsx'
import { Loading } from '../../ui/Loading.tsx'
import { useWords } from '../../words/words.ts'
import styles from './settings.module.css'

type Member = Answer<'get', '/api/v1/status'>['members'][number]

/** What stopped in order is not looked for. */
const isOfInterest = ({ alive, missed }: Member) => alive || missed

const OfMember = ({ member }: { readonly member: Member }) => {
  const { say, number } = useWords()
  const { host, pid, revision, behind, missed, seenAt } = member
  return (
    <>
      {host}, {pid}, {say('settings.revision')} {number(revision)}
      {behind && ` ▲ ${say('settings.behind')}`}
      {missed && (
        <>
          {' '}
          ▲ {say('settings.missed')} <When at={seenAt} how="list" />
        </>
      )}
    </>
  )
}

/** What runs, since when, and by which revision each of its processes decides. */
export const About = () => {
  const { say, number } = useWords()
  const query = useAnswer('/api/v1/status', {})
  const title = say('settings.about')
  if (query.isPending) return <Loading what={title} />
  if (query.error) return <Failed what={title} problem={query.error} onRetry={query.refetch} />
  const { version, origin, startedAt, ready, because, revision, members } = query.data
  const facts = [
    [say('settings.version'), version],
    [say('settings.origin'), <code key="origin">{origin}</code>],
    [say('settings.started'), <When key="at" at={startedAt} />],
    [say('settings.revision'), number(revision)],
    [
      say('settings.ready'),
      [say(ready ? 'settings.ready.yes' : 'settings.ready.no'), ...because].join('; '),
    ],
  ] as const
  return (
    <section className={styles.card} data-testid="settings.about">
      <dl className={styles.facts}>
        {facts.map(([term, value]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        {members.filter(isOfInterest).map((member) => (
          <div key={member.id}>
            <dt>{say('settings.process')}</dt>
            <dd>
              <OfMember member={member} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
