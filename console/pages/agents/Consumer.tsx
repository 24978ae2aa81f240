import { useState } from 'react'
import { PlaneName, usePlanes } from '../../parts/planes.tsx'
import { paths } from '../../paths.ts'
import { Button } from '../../ui/Button.tsx'
import { Failed } from '../../ui/Failed.tsx'
import { Go } from '../../ui/Go.tsx'
import { Loading } from '../../ui/Loading.tsx'
import { Page } from '../../ui/Page.tsx'
import { usePart } from '../../ui/use-part.ts'
import { useWords } from '../../words/words.ts'
import { Facts } from '../catalog/Facts.tsx'
import { Traffic } from '../catalog/ItemTraffic.tsx'
import { NotFound } from '../NotFound.tsx'
import { Suspended } from '../Suspended.tsx'
import { suspensionOf, useSuspensions } from '../suspensions.ts'
import { type ConsumerDocument, useAgents, useConsumers } from './agents.ts'
import { Standing } from './Standing.tsx'
import { SuspendDialog } from './SuspendDialog.tsx'

/** One consumer: who acts for it, and what they called. */
export default function Consumer() {
  const name = usePart('consumer')
  const consumers = useConsumers(usePlanes())
  const found = consumers.rows.find((one) => one.name === name)
  const [failure] = consumers.failures
  if (found) return <Found key={`${found.plane}/${name}`} consumer={found} />
  if (!consumers.isPending && !failure) return <NotFound />
  return (
    <Page title={name}>
      {failure ? (
        <Failed what={name} problem={failure.problem} onRetry={failure.retry} />
      ) : (
        <Loading what={name} />
      )}
    </Page>
  )
}

const Found = ({ consumer }: { readonly consumer: ConsumerDocument }) => {
  const { say } = useWords()
  const { plane, name, title, owner } = consumer
  const [isAsking, ask] = useState(false)
  const agents = useAgents([plane]).rows.filter(({ consumers }) => consumers.includes(name))
  const suspended = suspensionOf(useSuspensions([plane]).rows, { plane, kind: 'consumer', name })
  return (
    <Page
      title={name}
      aside={
        <>
          <span>{say('agents.consumer')}</span>
          <PlaneName plane={plane} />
          <Standing isSuspended={suspended !== undefined} />
        </>
      }
      actions={
        <Button onClick={() => ask(true)}>
          {say(suspended ? 'agents.resume' : 'agents.suspend')}
        </Button>
      }
    >
      {suspended && <Suspended about={suspended} />}
      <Facts
        facts={[
          [say('catalog.field.title'), title],
          [say('catalog.owner'), owner],
          [
            say('agents.title'),
            <ul key="a">
              {agents.map(({ agent }) => (
                <li key={agent}>
                  <Go to={`${paths.agent(agent)}?plane=${plane}`}>{agent}</Go>
                </li>
              ))}
            </ul>,
          ],
        ]}
      />
      <h2>{say('catalog.tab.traffic')}</h2>
      <Traffic plane={plane} field="consumer" name={name} by={['agent', 'capability', 'result']} />
      {isAsking && (
        <SuspendDialog
          kind="consumer"
          plane={plane}
          name={name}
          isSuspended={suspended !== undefined}
          onClose={() => ask(false)}
        />
      )}
    </Page>
  )
}
