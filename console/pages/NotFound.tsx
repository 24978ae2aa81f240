import { paths } from '../paths.ts'
import { Go } from '../ui/Go.tsx'
import { Page } from '../ui/Page.tsx'
import { useWords } from '../words/words.ts'

/** The same for what does not exist and for what this person may not know of. */
export const NotFound = () => {
  const { say } = useWords()
  const title = say('frame.notFound.title')
  return (
    <Page title={title}>
      <p>{say('frame.notFound.body')}</p>
      <p>
        <Go to={paths.overview()}>{say('overview.title')}</Go>
      </p>
    </Page>
  )
}
