import { useAnswer } from '../../api/queries.ts'
import { useRights } from '../../parts/rights.ts'
import { paths } from '../../paths.ts'
import { Go } from '../../ui/Go.tsx'
import { useWords } from '../../words/words.ts'
import styles from './Call.module.css'
import { Run } from './Run.tsx'
import { type Story, textIn } from './story.ts'

/** Who called what, in which run, and what the agent was told. */
export const About = ({ story }: { readonly story: Story }) => {
  const { say } = useWords()
  const { plane, record } = story
  const definition = textIn(story, 'definition')
  const isSuspended = useSuspended(story)
  return (
    <dl className={styles.about} data-testid="call.about">
      <dt>{say('call.who')}</dt>
      <dd>
        <Go to={`${paths.agent(record.agent)}?plane=${plane}`}>
          {say('call.who.says', { agent: record.agent, consumer: record.consumer })}
        </Go>
        {isSuspended && <span className={styles.held}> · {say('call.suspended')}</span>}
        {record.user !== undefined && ` · ${say('call.who.user', { user: record.user })}`}
      </dd>
      <dt>{say('call.what')}</dt>
      <dd>
        <Go to={`${paths.item(record.server)}?plane=${plane}`}>
          <code>{record.server}</code>
        </Go>{' '}
        <code>{record.name}</code> (
        {record.class === undefined
          ? say('call.what.unclassified')
          : say(`ui.class.${record.class}`)}
        {definition !== undefined &&
          ` · ${say('call.what.definition', { fingerprint: definition.slice(0, 12) })}`}
        ) · <code>{record.method}</code>
      </dd>
      <dt>{say('call.told')}</dt>
      <dd data-testid="call.told">{say(toldOf(record), { reason: record.reason ?? '' })}</dd>
      {(record.run !== undefined || record.trace !== undefined) && (
        <>
          <dt>{say('call.run')}</dt>
          <dd>
            <Run story={story} />
            {record.trace !== undefined && (
              <Go to={`${paths.ledger()}?f.trace=${record.trace}`}>
                {' '}
                · {say('call.trace', { trace: record.trace })}
              </Go>
            )}
          </dd>
        </>
      )}
    </dl>
  )
}

/** `unknown` is what a caller meets that may not discover a capability: the answer of a wrong name. */
const toldOf = ({ decision, reason }: Story['record']) => {
  if (decision === 'permitted') return 'call.told.answer'
  return reason === 'unknown' ? 'call.told.hidden' : 'call.told.refused'
}

/** Whether the agent is suspended now; who may not read suspensions is told of none. */
export const useSuspended = ({ plane, record }: Story): boolean =>
  useAnswer(
    '/api/v1/planes/{plane}/suspensions',
    { params: { path: { plane }, query: { limit: 500 } } },
    { enabled: useRights(plane).plane },
  ).data?.items.some(({ kind, name }) => kind === 'agent' && name === record.agent) ?? false
