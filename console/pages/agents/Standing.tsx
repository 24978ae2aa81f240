import { Outcome } from '../../parts/Outcome.tsx'
import { useWords } from '../../words/words.ts'

/** Active or suspended: shape and word. */
export const Standing = ({ isSuspended }: { readonly isSuspended: boolean }) => {
  const { say } = useWords()
  return isSuspended ? (
    <Outcome state="denied">{say('agents.suspended')}</Outcome>
  ) : (
    <Outcome state="passed">{say('agents.active')}</Outcome>
  )
}
