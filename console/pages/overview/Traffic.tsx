import { Page } from '../../ui/Page.tsx'
import { useWords } from '../../words/words.ts'

export default function Traffic() {
  const { say } = useWords()
  return <Page title={say('overview.traffic')}>{null}</Page>
}
