import { paths } from '../../paths.ts'
import { NothingYet } from '../../ui/Empty.tsx'
import { Go } from '../../ui/Go.tsx'
import { Page } from '../../ui/Page.tsx'
import { useWords } from '../../words/words.ts'
import { useReviewTabs } from './tabs.ts'

export default function Inbox() {
  const { say } = useWords()
  return (
    <Page title={say('frame.place.reviews')} tabs={useReviewTabs()}>
      <NothingYet
        title={say('frame.later.reviews.title')}
        action={<Go to={paths.drift()}>{say('drift.title')}</Go>}
      >
        {say('frame.later.reviews.body')}
      </NothingYet>
    </Page>
  )
}
