import { NothingYet } from '../../ui/Empty.tsx'
import { Page } from '../../ui/Page.tsx'
import { useWords } from '../../words/words.ts'

export default function Alarms() {
  const { say } = useWords()
  return (
    <Page title={say('frame.place.alarms')}>
      <NothingYet title={say('frame.later.alarms.title')}>
        {say('frame.later.alarms.body')}
      </NothingYet>
    </Page>
  )
}
