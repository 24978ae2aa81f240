import type { Field } from '../../filters/rows.ts'
import { Outcome } from '../../parts/Outcome.tsx'
import { useWords, type Words } from '../../words/words.ts'

/** Active or suspended: shape and word. */
export const Standing = ({ isSuspended }: { readonly isSuspended: boolean }) => {
  const { say } = useWords()
  return isSuspended ? (
    <Outcome state="denied">{say('agents.suspended')}</Outcome>
  ) : (
    <Outcome state="passed">{say('agents.active')}</Outcome>
  )
}

export const statusField = <R,>({ say }: Words, isSuspended: (row: R) => boolean): Field<R> => ({
  field: 'status',
  title: say('catalog.status'),
  of: (row) => [isSuspended(row) ? 'suspended' : 'active'],
  says: (one) => say(one === 'suspended' ? 'agents.suspended' : 'agents.active'),
})
