import { Page } from '../../ui/Page.tsx'
import { useWords } from '../../words/words.ts'

export default function Limits() {
  const { say } = useWords()
  return <Page title={say('permissions.limits')}>{null}</Page>
}
