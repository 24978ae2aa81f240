import { useListState } from '../../filters/use-search.ts'
import { usePlanes } from '../../parts/planes.tsx'
import { UnknownFilters } from '../../ui/FilterChips.tsx'
import { Page } from '../../ui/Page.tsx'
import { useWords } from '../../words/words.ts'
import { PlaneIntegrity } from './integrity/PlaneIntegrity.tsx'
import { ledgerTabs } from './tabs.ts'

const known = { fields: [], keys: ['entry'] } as const

/** Whether the ledger is the one that was signed: asked of whoever keeps it, and how to ask without them. */
export default function Integrity() {
  const words = useWords()
  const { say } = words
  const planes = usePlanes()
  const { unknown } = useListState(known)
  return (
    <Page title={say('integrity.title')} tabs={ledgerTabs(words)}>
      <UnknownFilters names={unknown} />
      {planes.map((plane, at) => (
        <PlaneIntegrity key={plane} plane={plane} hasKeys={at === 0} />
      ))}
    </Page>
  )
}
