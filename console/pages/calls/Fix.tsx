import { useState } from 'react'
import { useRights } from '../../parts/rights.ts'
import { Button } from '../../ui/Button.tsx'
import { CopyBlock } from '../../ui/Copy.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { useWords } from '../../words/words.ts'
import { Granting } from './Granting.tsx'
import type { Story } from './story.ts'
import { requestOf } from './ticket.ts'
import { useOwner } from './use-owner.ts'
import { isGrant } from './ways.ts'

/** What would permit the call: grants, smallest first, for who may grant; else what to ask for, and of whom. */
export const Fix = ({
  story,
  onClose,
}: {
  readonly story: Story
  readonly onClose: () => void
}) => {
  const { grants: mayGrant } = useRights(story.plane)
  // Once granted there is nothing to grant any more, and the dialog has still to say that it was done.
  const [grants] = useState(isGrant(story.now?.wouldChange) && mayGrant)
  if (grants) return <Granting story={story} onClose={onClose} />
  return <Told story={story} mayGrant={mayGrant} onClose={onClose} />
}

const Told = ({
  story,
  mayGrant,
  onClose,
}: {
  readonly story: Story
  readonly mayGrant: boolean
  readonly onClose: () => void
}) => {
  const words = useWords()
  const { say } = words
  const { agent, name, server } = story.record
  const { wouldChange, inTheWay } = story.now ?? {}
  const owner = useOwner(story)
  const asks = isGrant(wouldChange) && !mayGrant
  return (
    <Dialog
      title={say('call.fix.title', { agent, name })}
      onClose={onClose}
      actions={<Button onClick={onClose}>{say('ui.close')}</Button>}
    >
      {wouldChange !== undefined && !isGrant(wouldChange) && (
        <>
          <p>{say('call.fix.commands')}</p>
          <CopyBlock text={wouldChange} />
        </>
      )}
      {inTheWay && (
        <>
          <p>{say('call.fix.inTheWay', { kind: inTheWay.kind, name: inTheWay.name })}</p>
          <CopyBlock text={inTheWay.document} />
        </>
      )}
      {wouldChange === undefined && !inTheWay && <p>{say('call.fix.unknown')}</p>}
      {asks && (
        <>
          <h3>{say('call.fix.ask', { owner: owner ?? '—', server })}</h3>
          <p>{say('call.fix.ask.body')}</p>
          <CopyBlock text={requestOf(words, story)} />
        </>
      )}
    </Dialog>
  )
}
