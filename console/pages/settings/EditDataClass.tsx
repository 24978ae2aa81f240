import { Checkbox, NativeSelect, TextInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { useFields } from '../../ui/fields.ts'
import { useWords } from '../../words/words.ts'
import { KeepDialog } from './KeepDialog.tsx'
import { withClass } from './plane-edits.ts'
import type { PlaneRow } from './use-plane-documents.ts'

/** Whether what an item marks as of this class is recorded, and for how long what is recorded is kept. */
export const EditDataClass = ({
  row,
  name,
  onClose,
}: {
  readonly row: PlaneRow
  readonly name: string
  readonly onClose: () => void
}) => {
  const { say } = useWords()
  return (
    <OfClass
      row={row}
      name={name}
      title={say('settings.dataClass.edit.title', { class: name, plane: row.document.name })}
      act={say('settings.dataClass.edit')}
      onClose={onClose}
    />
  )
}

/** One that no item names yet. */
export const NewDataClass = ({
  rows,
  onClose,
}: {
  readonly rows: readonly PlaneRow[]
  readonly onClose: () => void
}) => {
  const { say } = useWords()
  const { texts, field } = useFields({ plane: rows[0]?.document.name ?? '', name: '' })
  const row = rows.find(({ document }) => document.name === texts.plane)
  if (!row) return null
  return (
    <OfClass
      row={row}
      name={texts.name}
      title={say('settings.dataClass.make.title')}
      act={say('settings.dataClass.make')}
      onClose={onClose}
    >
      <NativeSelect
        label={say('frame.plane')}
        data={rows.map(({ document }) => document.name)}
        {...field('plane')}
      />
      <TextInput label={say('settings.dataClass')} required autoComplete="off" {...field('name')} />
    </OfClass>
  )
}

const OfClass = ({
  row,
  name,
  children,
  ...dialog
}: {
  readonly row: PlaneRow
  readonly name: string
  readonly title: string
  readonly act: string
  readonly children?: ReactNode
  readonly onClose: () => void
}) => {
  const { say } = useWords()
  const { mask = [], retain } = row.document.ledger ?? {}
  const [isMasked, setMasked] = useState(mask.includes(name))
  const { texts, field } = useFields({ kept: retain?.classes?.[name] ?? '' })
  return (
    <KeepDialog
      row={row}
      after={withClass(row.document, name, { isMasked, ...texts })}
      isReady={name !== ''}
      {...dialog}
    >
      {children}
      <Checkbox
        label={say('settings.masked')}
        description={say('settings.masked.hint')}
        checked={isMasked}
        onChange={(event) => setMasked(event.currentTarget.checked)}
      />
      <TextInput
        label={say('settings.kept')}
        description={say('settings.kept.hint')}
        {...field('kept')}
      />
    </KeepDialog>
  )
}
