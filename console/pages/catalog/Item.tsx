import { Outcome } from '../../parts/Outcome.tsx'
import { PlaneName } from '../../parts/planes.tsx'
import { type ItemTab, paths } from '../../paths.ts'
import { Failed } from '../../ui/Failed.tsx'
import { Loading } from '../../ui/Loading.tsx'
import { Page } from '../../ui/Page.tsx'
import { usePart } from '../../ui/use-part.ts'
import { useWords } from '../../words/words.ts'
import { NotFound } from '../NotFound.tsx'
import { Suspended } from '../Suspended.tsx'
import { suspensionOf, useSuspensions } from '../suspensions.ts'
import type { ItemAnswer } from './classes.ts'
import { sayState, shapes, stateOf } from './health.ts'
import { ItemAccess } from './ItemAccess.tsx'
import { ItemActions } from './ItemActions.tsx'
import { ItemCapabilities } from './ItemCapabilities.tsx'
import { ItemChanges } from './ItemChanges.tsx'
import { ItemCredential } from './ItemCredential.tsx'
import { ItemSummary } from './ItemSummary.tsx'
import { ItemTraffic } from './ItemTraffic.tsx'
import { useItem } from './use-item.ts'

const tabs: Readonly<Record<ItemTab, (props: { readonly item: ItemAnswer }) => React.ReactNode>> = {
  summary: ItemSummary,
  capabilities: ItemCapabilities,
  access: ItemAccess,
  changes: ItemChanges,
  credential: ItemCredential,
  traffic: ItemTraffic,
}
const isTab = (name: string): name is ItemTab => Object.hasOwn(tabs, name)

/** One MCP server or REST API, with everything that is about it. */
export default function Item() {
  const words = useWords()
  const { say } = words
  const name = usePart('item')
  const tab = usePart('tab') || 'summary'
  const { item, problem, isPending, retry } = useItem(name)
  const suspensions = useSuspensions(item ? [item.plane] : []).rows
  const isNowhere = !item && !problem && !isPending
  if (!isTab(tab) || problem?.status === 404 || isNowhere) return <NotFound />
  if (!item)
    return (
      <Page title={name}>
        {problem && <Failed what={name} problem={problem} onRetry={retry} />}
        {isPending && <Loading what={name} />}
      </Page>
    )
  const suspended = suspensionOf(suspensions, { plane: item.plane, kind: 'server', name })
  const state = stateOf(item, suspended !== undefined)
  const Tab = tabs[tab]
  return (
    <Page
      title={name}
      aside={
        <>
          <span>{say(item.kind === 'API' ? 'ui.kind.api' : 'ui.kind.server')}</span>
          <PlaneName plane={item.plane} />
          <span>{say('catalog.ownedBy', { owner: item.owner })}</span>
          <Outcome state={shapes[state]}>{sayState(words, item, state)}</Outcome>
        </>
      }
      actions={<ItemActions item={item} isSuspended={suspended !== undefined} />}
      tabs={(Object.keys(tabs) as ItemTab[]).map((one) => ({
        to: paths.item(name, one),
        title: say(`catalog.tab.${one}`),
        ...(one === 'capabilities' && { count: item.capabilities.length }),
      }))}
    >
      {suspended && <Suspended about={suspended} />}
      <Tab key={`${item.plane}/${name}`} item={item} />
    </Page>
  )
}
