import { Page } from '../../ui/Page.tsx'
import { useWords } from '../../words/words.ts'
import { HeldDefinitions } from './HeldDefinitions.tsx'
import { useReviewTabs } from './tabs.ts'

/** All that waits for a person; by now that is what servers have changed. */
export default function Inbox() {
  const { say } = useWords()
  return (
    <Page title={say('frame.place.reviews')} tabs={useReviewTabs()}>
      <h2>{say('drift.title')}</h2>
      <HeldDefinitions />
      <p>{say('frame.later.reviews')}</p>
    </Page>
  )
}
