import { Page } from '../../ui/Page.tsx'
import { useWords } from '../../words/words.ts'

export default function Grants() {
  const { say } = useWords()
  return <Page title={say('permissions.grants')}>{null}</Page>
}
