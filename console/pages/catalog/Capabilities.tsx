import { Page } from '../../ui/Page.tsx'
import { useWords } from '../../words/words.ts'

export default function Capabilities() {
  const { say } = useWords()
  return <Page title={say('catalog.capabilities')}>{null}</Page>
}
