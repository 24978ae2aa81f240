import { Page } from '../../ui/Page.tsx'
import { useWords } from '../../words/words.ts'

export default function Call() {
  const { say } = useWords()
  return <Page title={say('call.title')}>{null}</Page>
}
