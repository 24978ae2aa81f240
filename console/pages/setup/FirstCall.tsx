import { FullStrip } from '../../parts/FullStrip.tsx'
import { stations } from '../../parts/path.ts'
import { paths } from '../../paths.ts'
import { CopyBlock } from '../../ui/Copy.tsx'
import { Failed } from '../../ui/Failed.tsx'
import { Go } from '../../ui/Go.tsx'
import { Loading } from '../../ui/Loading.tsx'
import { Page } from '../../ui/Page.tsx'
import { useWords } from '../../words/words.ts'
import { BringServer } from './BringServer.tsx'
import { Clocks } from './Clocks.tsx'
import { agentFor, commandFor, type Row, type Stage } from './first-call.ts'
import { Granting } from './Granting.tsx'
import styles from './Steps.module.css'
import { Step, type StepState, Steps } from './Steps.tsx'
import { type Choice, type FirstCall as Standing, useFirstCall } from './use-first-call.ts'

/** The road before anybody has gone it. */
const ahead = stations.map((station) => ({ station, state: 'not reached' as const }))

const order: readonly Stage[] = ['server', 'call', 'grant', 'again', 'done']
const stateOf = (step: Stage, stage: Stage): StepState => {
  const away = order.indexOf(step) - order.indexOf(stage)
  return away === 0 ? 'now' : away < 0 ? 'done' : 'later'
}

/** From nothing to one governed call: the first thing that is learnt is that nothing is allowed. */
export default function FirstCall() {
  const { say } = useWords()
  const standing = useFirstCall()
  return (
    <Page title={say('setup.first')}>
      {standing.failed ? (
        <Failed
          what={say('setup.first')}
          problem={standing.failed.problem}
          onRetry={standing.failed.retry}
        />
      ) : standing.isPending ? (
        <Loading what={say('setup.first')} rows={5} />
      ) : (
        <Road {...standing} />
      )}
    </Page>
  )
}

const Road = ({ stage, choices, chosen, consumer, calls }: Standing) => {
  const { say } = useWords()
  const denied = calls.findLast(({ decision }) => decision === 'denied')
  const permitted = calls.find(({ decision }) => decision === 'permitted')
  return (
    <>
      <Clocks />
      <Steps>
        <Step state="done" title={say('setup.step.administrator')} />
        <Step state={stateOf('server', stage)} title={say('setup.step.server')}>
          {stage === 'server' && <BringServer choices={choices} />}
          {stage !== 'server' && chosen && <p>{`${chosen.plane}/${chosen.item.name}`}</p>}
        </Step>
        <Step state={stateOf('call', stage)} title={say('setup.step.call')}>
          {stage === 'call' && <Command chosen={chosen} waits={say('setup.waiting')} />}
          {denied && <Arrived row={denied} says={sayDenied(denied, say)} />}
        </Step>
        <Step state={stateOf('grant', stage)} title={say('setup.step.grant')}>
          {stage === 'grant' && chosen && <Granting chosen={chosen} consumer={consumer} />}
        </Step>
        <Step state={stateOf('again', stage)} title={say('setup.step.again')}>
          {stage === 'again' && (
            <Command isAgain chosen={chosen} waits={say('setup.waiting.again')} />
          )}
          {permitted && <Arrived row={permitted} says={say('setup.permitted')} />}
        </Step>
        <Step state={stage === 'done' ? 'now' : 'later'} title={say('setup.step.open')}>
          {permitted && (
            <Go to={`${paths.call(permitted.call)}?plane=${permitted.plane}`}>
              {say('setup.open', { call: permitted.call })}
            </Go>
          )}
        </Step>
      </Steps>
    </>
  )
}

const sayDenied = (row: Row, say: ReturnType<typeof useWords>['say']): string =>
  say('setup.denied', { agent: row.agent, tool: row.name })

const Command = ({
  chosen,
  waits,
  isAgain = false,
}: {
  readonly chosen: Choice | undefined
  readonly waits: string
  readonly isAgain?: boolean
}) => {
  const { say } = useWords()
  if (!chosen) return <p role="alert">{say('setup.gone')}</p>
  const { plane, item, tool } = chosen
  return (
    <>
      {!isAgain && <p>{say('setup.command', { agent: agentFor(item.name) })}</p>}
      <div className={styles.wide}>
        <CopyBlock text={commandFor(plane, item.name, tool)} />
      </div>
      <p role="status">{waits}</p>
      {!isAgain && <FullStrip path={ahead} />}
    </>
  )
}

const Arrived = ({ row, says }: { readonly row: Row; readonly says: string }) => (
  <>
    <p role="status">{says}</p>
    <div className={styles.wide} data-testid="setup.strip">
      <FullStrip path={row.path} travels />
    </div>
  </>
)
