import { useListState } from '../../filters/use-search.ts'
import { UnknownFilters } from '../../ui/FilterChips.tsx'
import { Page } from '../../ui/Page.tsx'
import { useWords } from '../../words/words.ts'
import { HeldDefinitions } from './HeldDefinitions.tsx'
import { useReviewTabs } from './tabs.ts'

const known = { fields: [] }

export default function Drift() {
  const { say } = useWords()
  const { unknown } = useListState(known)
  return (
    <Page title={say('frame.place.reviews')} tabs={useReviewTabs()}>
      <UnknownFilters names={unknown} />
      <HeldDefinitions />
    </Page>
  )
}
