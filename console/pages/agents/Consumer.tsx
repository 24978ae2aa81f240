import { Page } from '../../ui/Page.tsx'
import { useWords } from '../../words/words.ts'

export default function Consumer() {
  const { say } = useWords()
  return <Page title={say('agents.consumers')}>{null}</Page>
}
