import { Page } from '../../ui/Page.tsx'
import { useWords } from '../../words/words.ts'

export default function Tests() {
  const { say } = useWords()
  return <Page title={say('permissions.tests')}>{null}</Page>
}
