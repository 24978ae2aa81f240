import { Page } from '../../ui/Page.tsx'
import { useWords } from '../../words/words.ts'

export default function Settings() {
  const { say } = useWords()
  return <Page title={say('settings.title')}>{null}</Page>
}
