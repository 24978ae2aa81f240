import { Page } from '../../ui/Page.tsx'
import { useWords } from '../../words/words.ts'

export default function Matrix() {
  const { say } = useWords()
  return <Page title={say('permissions.title')}>{null}</Page>
}
