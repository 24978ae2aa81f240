import { paths } from '../../paths.ts'
import { NothingYet } from '../../ui/Empty.tsx'
import { Go } from '../../ui/Go.tsx'
import { useWords } from '../../words/words.ts'

/** What this version does not build yet, and what there is meanwhile. */
export const Sinks = () => {
  const { say } = useWords()
  return (
    <NothingYet
      title={say('settings.sinks.later')}
      action={<Go to={paths.exports()}>{say('settings.sinks.exports')}</Go>}
    >
      {say('settings.sinks.meanwhile')}
    </NothingYet>
  )
}

export const Notifications = () => {
  const { say } = useWords()
  return (
    <NothingYet title={say('settings.notifications.later')}>
      {say('settings.notifications.meanwhile')}
    </NothingYet>
  )
}
