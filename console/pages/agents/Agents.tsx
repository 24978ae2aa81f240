import { Page } from '../../ui/Page.tsx'
import { useWords } from '../../words/words.ts'

export default function Agents() {
  const { say } = useWords()
  return <Page title={say('agents.title')}>{null}</Page>
}
