import { Page } from '../../ui/Page.tsx'
import { useWords } from '../../words/words.ts'

export default function Entries() {
  const { say } = useWords()
  return <Page title={say('ledger.title')}>{null}</Page>
}
