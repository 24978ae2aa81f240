import { clockDifferenceMs } from '../../api/clock.ts'
import { useWords } from '../../words/words.ts'

const minute = 60_000

/** Where this computer and the gateway differ by more than a minute: what is wrong then, and what mends it. */
export const Clocks = () => {
  const { say } = useWords()
  const ms = clockDifferenceMs()
  if (Math.abs(ms) <= minute) return null
  const minutes = Math.round(Math.abs(ms) / minute)
  return (
    <p role="status" data-testid="clocks">
      {say(ms > 0 ? 'setup.clock.ahead' : 'setup.clock.behind', { minutes })}{' '}
      {say('setup.clock.fix')}
    </p>
  )
}
