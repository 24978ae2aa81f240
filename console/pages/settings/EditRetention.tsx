import { TextInput } from '@mantine/core'
import { useFields } from '../../ui/fields.ts'
import { useWords } from '../../words/words.ts'
import { KeepDialog } from './KeepDialog.tsx'
import { withHold, withoutHold, withRetention } from './plane-edits.ts'
import type { PlaneRow } from './use-plane-documents.ts'

interface Props {
  readonly row: PlaneRow
  readonly onClose: () => void
}

/** For how long entries and what is recorded of calls are kept. */
export const EditRetention = ({ row, onClose }: Props) => {
  const { say } = useWords()
  const { entries = '', payloads = '' } = row.document.ledger?.retain ?? {}
  const { texts, field } = useFields({ entries, payloads })
  return (
    <KeepDialog
      row={row}
      after={withRetention(row.document, texts)}
      title={say('settings.retention.edit.title', { plane: row.document.name })}
      act={say('settings.retention.edit')}
      onClose={onClose}
    >
      <TextInput
        label={say('settings.retention.entries')}
        description={say('settings.retention.entries.hint')}
        {...field('entries')}
      />
      <TextInput
        label={say('settings.retention.payloads')}
        description={say('settings.retention.payloads.hint')}
        {...field('payloads')}
      />
    </KeepDialog>
  )
}

/** Keeps what a matter may need, whatever else is said. */
export const NewHold = ({ row, onClose }: Props) => {
  const { say } = useWords()
  const { texts, field } = useFields({
    ...{ name: '', why: '', agent: '', server: '', user: '', since: '', until: '' },
  })
  const { name, why, agent, server, user, since, until } = texts
  const hold = { name, reason: why, agent, server, user, since, until }
  return (
    <KeepDialog
      row={row}
      after={withHold(row.document, hold)}
      isReady={name !== '' && why !== ''}
      title={say('settings.hold.make.title', { plane: row.document.name })}
      act={say('settings.hold.make')}
      onClose={onClose}
    >
      <p>{say('settings.hold.says')}</p>
      <TextInput
        label={say('settings.hold.matter')}
        description={say('settings.hold.matter.hint')}
        required
        autoComplete="off"
        {...field('name')}
      />
      <TextInput label={say('settings.hold.why')} required {...field('why')} />
      <TextInput label={say('settings.hold.agent')} autoComplete="off" {...field('agent')} />
      <TextInput label={say('settings.hold.item')} autoComplete="off" {...field('server')} />
      <TextInput label={say('settings.hold.user')} autoComplete="off" {...field('user')} />
      <TextInput
        label={say('settings.hold.since')}
        description={say('settings.hold.times.hint')}
        {...field('since')}
      />
      <TextInput
        label={say('settings.hold.until')}
        description={say('settings.hold.until.hint')}
        {...field('until')}
      />
    </KeepDialog>
  )
}

/** From then on what the matter held goes when everything else of its age does. */
export const EndHold = ({ row, name, onClose }: Props & { readonly name: string }) => {
  const { say } = useWords()
  return (
    <KeepDialog
      row={row}
      after={withoutHold(row.document, name)}
      isLess
      title={say('settings.hold.end.title', { name })}
      act={say('settings.hold.end')}
      onClose={onClose}
    >
      <p>{say('settings.hold.end.says', { name })}</p>
    </KeepDialog>
  )
}
