import { useAnswer } from '../../api/queries.ts'
import { CallsOfWeek } from '../../parts/CallsOf.tsx'
import { paths } from '../../paths.ts'
import { CopyBlock } from '../../ui/Copy.tsx'
import { Failed } from '../../ui/Failed.tsx'
import { Go } from '../../ui/Go.tsx'
import { Loading } from '../../ui/Loading.tsx'
import { useWords } from '../../words/words.ts'
import { Facts } from '../catalog/Facts.tsx'
import styles from '../catalog/Summary.module.css'
import type { AgentRow } from './agents.ts'

/** Who an agent is, whom it acts for, and how it connects. */
export const AgentSummary = ({ agent }: { readonly agent: AgentRow }) => {
  const { say } = useWords()
  const { plane, agent: name, consumers } = agent
  const { data, error, refetch } = useAnswer('/api/v1/planes/{plane}/agents/{name}', {
    params: { path: { plane, name } },
  })
  if (error) return <Failed what={name} problem={error} onRetry={refetch} />
  if (!data) return <Loading what={name} />
  const issuer = data.authenticate?.issuer
  return (
    <div className={styles.summary}>
      <section>
        <h2>{say('catalog.about')}</h2>
        <Facts
          facts={[
            [say('catalog.field.title'), data.title],
            [say('catalog.owner'), data.owner],
            [
              say('agents.consumers'),
              <ul key="c">
                {consumers.map((one) => (
                  <li key={one}>
                    <Go to={`${paths.consumer(one)}?plane=${plane}`}>{one}</Go>
                  </li>
                ))}
              </ul>,
            ],
            [say('agents.authenticates'), say(`agents.by.${agent.authenticates}`)],
            [say('agents.identity'), issuer && <code key="i">{JSON.stringify(issuer)}</code>],
            [say('ui.calls'), <CallsOfWeek key="w" plane={plane} of={{ agent: name }} />],
          ]}
        />
      </section>
      <section>
        <h2>{say('agents.connect')}</h2>
        <p>{say('agents.connect.says')}</p>
        <CopyBlock text={`bailiwick connect ${plane} --as ${name}`} />
      </section>
    </div>
  )
}
