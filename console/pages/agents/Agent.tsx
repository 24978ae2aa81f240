import { useMemo, useState } from 'react'
import { useKeys } from '../../keys/keys.ts'
import { PlaneName, usePlanes } from '../../parts/planes.tsx'
import { type AgentTab, paths } from '../../paths.ts'
import { Button } from '../../ui/Button.tsx'
import { Failed } from '../../ui/Failed.tsx'
import { useGo } from '../../ui/Go.tsx'
import { Loading } from '../../ui/Loading.tsx'
import { Page } from '../../ui/Page.tsx'
import { usePart } from '../../ui/use-part.ts'
import { useWords } from '../../words/words.ts'
import { Traffic } from '../catalog/ItemTraffic.tsx'
import { NotFound } from '../NotFound.tsx'
import { Suspended } from '../Suspended.tsx'
import { suspensionOf, useSuspensions } from '../suspensions.ts'
import { AgentGrants } from './AgentGrants.tsx'
import { AgentKeys } from './AgentKeys.tsx'
import { AgentSummary } from './AgentSummary.tsx'
import { type AgentRow, useAgents } from './agents.ts'
import { SeeAsAgent } from './SeeAsAgent.tsx'
import { Standing } from './Standing.tsx'
import { SuspendDialog } from './SuspendDialog.tsx'

const tabs: Readonly<Record<AgentTab, (props: { readonly agent: AgentRow }) => React.ReactNode>> = {
  summary: AgentSummary,
  grants: AgentGrants,
  see: SeeAsAgent,
  traffic: ({ agent }) => (
    <Traffic
      plane={agent.plane}
      field="agent"
      name={agent.agent}
      by={['capability', 'consumer', 'result']}
    />
  ),
  keys: AgentKeys,
}
const isTab = (name: string): name is AgentTab => Object.hasOwn(tabs, name)

/** One agent, in whichever of the planes that are looked at it stands. */
export default function Agent() {
  const { say } = useWords()
  const name = usePart('agent')
  const tab = usePart('tab') || 'summary'
  const agents = useAgents(usePlanes())
  const row = agents.rows.find(({ agent }) => agent === name)
  const [failure] = agents.failures
  if (row && isTab(tab)) return <Found key={`${row.plane}/${name}`} agent={row} tab={tab} />
  if (!agents.isPending && (!failure || !isTab(tab))) return <NotFound />
  return (
    <Page title={name}>
      {failure ? (
        <Failed what={name} problem={failure.problem} onRetry={failure.retry} />
      ) : (
        <Loading what={say('agents.title')} />
      )}
    </Page>
  )
}

const Found = ({ agent, tab }: { readonly agent: AgentRow; readonly tab: AgentTab }) => {
  const { say } = useWords()
  const go = useGo()
  const { plane, agent: name, owner, grants } = agent
  const [isAsking, ask] = useState(false)
  const suspensions = useSuspensions([plane]).rows
  const suspended = suspensionOf(suspensions, { plane, kind: 'agent', name })
  useKeys(
    useMemo(() => [{ keys: 's', says: 'agents.keys.suspend', act: () => ask(true) }] as const, []),
  )
  const Tab = tabs[tab]
  return (
    <Page
      title={name}
      aside={
        <>
          <span>{say('agents.agent')}</span>
          <PlaneName plane={plane} />
          <span>{say('catalog.ownedBy', { owner })}</span>
          <Standing isSuspended={suspended !== undefined} />
        </>
      }
      actions={
        <>
          <Button onClick={() => ask(true)}>
            {say(suspended ? 'agents.resume' : 'agents.suspend')}
          </Button>
          <Button onClick={() => go(`${paths.permissions()}?plane=${plane}&f.agent=${name}`)}>
            {say('agents.grant')}
          </Button>
        </>
      }
      tabs={(Object.keys(tabs) as AgentTab[]).map((one) => ({
        to: paths.agent(name, one),
        title: say(`agents.tab.${one}`),
        ...(one === 'grants' && { count: grants }),
      }))}
    >
      {suspended && <Suspended about={suspended} />}
      <Tab agent={agent} />
      {isAsking && (
        <SuspendDialog
          kind="agent"
          plane={plane}
          name={name}
          isSuspended={suspended !== undefined}
          onClose={() => ask(false)}
        />
      )}
    </Page>
  )
}
