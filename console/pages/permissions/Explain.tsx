import { Page } from '../../ui/Page.tsx'
import { useWords } from '../../words/words.ts'

export default function Explain() {
  const { say } = useWords()
  return <Page title={say('explain.title')}>{null}</Page>
}
