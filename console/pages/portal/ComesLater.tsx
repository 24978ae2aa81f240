import { NothingYet } from '../../ui/Empty.tsx'
import { Page } from '../../ui/Page.tsx'
import { type Key, useWords } from '../../words/words.ts'

/** A place whose engine this version does not have: it says so, and where the same is done meanwhile. */
export const ComesLater = ({ title }: { readonly title: Key }) => {
  const { say } = useWords()
  return (
    <Page title={say(title)}>
      <NothingYet title={say('frame.later.portal.title')}>
        {say('frame.later.portal.body')}
      </NothingYet>
    </Page>
  )
}
