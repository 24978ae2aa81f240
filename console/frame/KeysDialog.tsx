import { areSingleKeysOn, useShortcuts } from '../keys/keys.ts'
import { Button } from '../ui/Button.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { useWords } from '../words/words.ts'
import styles from './KeysDialog.module.css'

/** Made of what is registered now, so that it lists exactly the keys that act. */
export const KeysDialog = ({ onClose }: { readonly onClose: () => void }) => {
  const { say } = useWords()
  const shortcuts = useShortcuts()
  return (
    <Dialog
      title={say('frame.keys.title')}
      onClose={onClose}
      actions={<Button onClick={onClose}>{say('ui.close')}</Button>}
    >
      {!areSingleKeysOn() && <p>{say('frame.keys.off')}</p>}
      <dl className={styles.keys}>
        {shortcuts.map(({ keys, says, values }) => (
          <div key={keys} data-keys={keys}>
            <dt>
              {keys.split(' ').map((key) => (
                <kbd key={key}>{key.replace('mod+k', 'Ctrl K')}</kbd>
              ))}
            </dt>
            <dd>{say(says, values)}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
