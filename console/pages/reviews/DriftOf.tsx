import { Page } from '../../ui/Page.tsx'
import { useWords } from '../../words/words.ts'

export default function DriftOf() {
  const { say } = useWords()
  return <Page title={say('drift.title')}>{null}</Page>
}
