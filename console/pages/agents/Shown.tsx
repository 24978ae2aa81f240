import { Button } from '../../ui/Button.tsx'
import { CopyBlock } from '../../ui/Copy.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { useWords } from '../../words/words.ts'

/** A secret that was just made: shown this once, kept nowhere in the browser. */
export const Shown = ({
  title,
  secret,
  onClose,
}: {
  readonly title: string
  readonly secret: string
  readonly onClose: () => void
}) => {
  const { say } = useWords()
  return (
    <Dialog
      title={title}
      onClose={onClose}
      actions={
        <Button tone="main" onClick={onClose}>
          {say('agents.shown.close')}
        </Button>
      }
    >
      <p>{say('agents.shown.once')}</p>
      <CopyBlock text={secret} />
    </Dialog>
  )
}
