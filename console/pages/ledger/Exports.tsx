import { useOnePlane } from '../../parts/planes.tsx'
import { CopyBlock } from '../../ui/Copy.tsx'
import { NothingYet } from '../../ui/Empty.tsx'
import { Page } from '../../ui/Page.tsx'
import { useWords } from '../../words/words.ts'
import { ledgerTabs } from './tabs.ts'

/** Exports are kept by whoever made them: here stands how one is made. */
export default function Exports() {
  const words = useWords()
  const { say } = words
  const plane = useOnePlane()
  return (
    <Page title={say('ledger.exports')} tabs={ledgerTabs(words)}>
      <NothingYet
        title={say('ledger.exports.title')}
        action={
          <CopyBlock text={`bailiwick ledger export ${plane ?? 'PLANE'} --since 24h -o evidence`} />
        }
      >
        {say('ledger.exports.body')}
      </NothingYet>
    </Page>
  )
}
