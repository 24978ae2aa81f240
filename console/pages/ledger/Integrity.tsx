import { Page } from '../../ui/Page.tsx'
import { useWords } from '../../words/words.ts'

export default function Integrity() {
  const { say } = useWords()
  return <Page title={say('integrity.title')}>{null}</Page>
}
