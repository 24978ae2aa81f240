import { TextInput } from '@mantine/core'
import { ActDialog } from '../../ui/ActDialog.tsx'
import { useFields } from '../../ui/fields.ts'
import { useWords } from '../../words/words.ts'
import { withTexts } from './plane-edits.ts'
import type { PlaneRow } from './use-plane-documents.ts'
import { useWritePlane } from './use-write-plane.ts'

/** As the server's own rule for names (`namePattern`), told before it is asked: it has no address for others. */
const isName = (text: string) => /^[a-z][a-z0-9-]{0,23}$/.test(text)

/** What a plane is called, whose it is, and by which clock; without a row one that is to be made. */
export const EditPlane = ({
  row,
  onClose,
}: {
  readonly row: PlaneRow | undefined
  readonly onClose: () => void
}) => {
  const { say } = useWords()
  const { name = '', title, owner, timeZone, tokenLifetime } = row?.document ?? {}
  const { texts, field } = useFields({
    name,
    ...{ title: title ?? '', owner: owner ?? '' },
    ...{ timeZone: timeZone ?? '', tokenLifetime: tokenLifetime ?? '' },
  })
  const { write, ...standing } = useWritePlane(row?.etag, onClose)
  const bare = { apiVersion: 'bailiwick/v1', kind: 'Plane', name: texts.name } as const
  const { name: _, ...said } = texts
  return (
    <ActDialog
      tier={1}
      title={
        row ? say('settings.plane.edit.title', { plane: name }) : say('settings.plane.make.title')
      }
      act={row ? say('settings.plane.edit') : say('settings.plane.make')}
      isReady={isName(texts.name)}
      {...standing}
      onClose={onClose}
      onAct={(reason) => write(withTexts(row?.document ?? bare, said), reason)}
    >
      {!row && (
        <TextInput
          label={say('settings.name')}
          description={say('settings.plane.name.hint')}
          required
          autoComplete="off"
          error={texts.name !== '' && !isName(texts.name) && say('settings.plane.name.bad')}
          {...field('name')}
        />
      )}
      <TextInput label={say('settings.says')} {...field('title')} />
      <TextInput label={say('settings.owner')} {...field('owner')} />
      <TextInput
        label={say('settings.zone')}
        description={say('settings.zone.hint')}
        {...field('timeZone')}
      />
      <TextInput
        label={say('settings.tokenLifetime')}
        description={say('settings.tokenLifetime.hint')}
        {...field('tokenLifetime')}
      />
    </ActDialog>
  )
}
