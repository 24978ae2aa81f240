import { Page } from '../../ui/Page.tsx'
import { useWords } from '../../words/words.ts'

export default function Now() {
  const { say } = useWords()
  return <Page title={say('overview.title')}>{null}</Page>
}
