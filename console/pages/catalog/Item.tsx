import { Page } from '../../ui/Page.tsx'
import { useWords } from '../../words/words.ts'

export default function Item() {
  const { say } = useWords()
  return <Page title={say('catalog.title')}>{null}</Page>
}
