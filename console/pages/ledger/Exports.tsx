import { Page } from '../../ui/Page.tsx'
import { useWords } from '../../words/words.ts'

export default function Exports() {
  const { say } = useWords()
  return <Page title={say('ledger.exports')}>{null}</Page>
}
