import { paths } from '../../paths.ts'
import { CopyBlock } from '../../ui/Copy.tsx'
import { NothingYet } from '../../ui/Empty.tsx'
import { Go } from '../../ui/Go.tsx'
import { useWords } from '../../words/words.ts'
import type { ItemAnswer } from './classes.ts'
import { Facts } from './Facts.tsx'

/** Which secret is lent to its calls; the secret itself is in the vault and on no page. */
export const ItemCredential = ({ item }: { readonly item: ItemAnswer }) => {
  const { say } = useWords()
  const { credential, credentialVersion } = item
  if (credential === undefined)
    return (
      <NothingYet title={say('catalog.credential.none')}>
        {say('catalog.credential.none.body')}
      </NothingYet>
    )
  return (
    <>
      <Facts
        facts={[
          [
            say('frame.credentials.name'),
            <Go key="c" to={paths.credentials()}>
              {credential}
            </Go>,
          ],
          [say('frame.credentials.version'), credentialVersion ?? say('catalog.credential.unset')],
        ]}
      />
      <p>{say('catalog.credential.rotate')}</p>
      <CopyBlock text={`bailiwick cred set ${item.plane}/${credential}`} />
    </>
  )
}
