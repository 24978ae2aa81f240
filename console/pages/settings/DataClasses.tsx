import { useState } from 'react'
import { useMe } from '../../api/session.ts'
import { useManaged } from '../../parts/managed.ts'
import { planeColumn, usePlanes } from '../../parts/planes.tsx'
import { Button } from '../../ui/Button.tsx'
import { List } from '../../ui/List.tsx'
import { useWords } from '../../words/words.ts'
import { type ItemRow, useItems } from '../catalog/items.ts'
import { EditDataClass, NewDataClass } from './EditDataClass.tsx'
import { type PlaneRow, usePlaneDocuments } from './use-plane-documents.ts'

interface Row {
  readonly plane: string
  readonly of: PlaneRow
  readonly name: string
  readonly items: readonly string[]
  readonly isMasked: boolean
  readonly kept: string | undefined
}

/** Which kinds of data items say that they touch, whether they are recorded, and for how long. */
export const DataClasses = () => {
  const words = useWords()
  const { say } = words
  const items = useItems(usePlanes())
  const documents = usePlaneDocuments()
  const managed = useManaged()
  const mayWrite = useMe().data?.person.administrator ?? false
  const [editing, setEditing] = useState<Row | 'new'>()
  const free = documents.rows.filter((row) => managed(row) === undefined)
  const make = mayWrite && free.length > 0 && (
    <Button onClick={() => setEditing('new')}>{say('settings.dataClass.make')}</Button>
  )
  const rows = documents.rows.flatMap((of) =>
    classesOf(
      of,
      items.rows.filter(({ plane }) => plane === of.document.name),
    ),
  )
  const edit = {
    id: 'edit',
    title: say('settings.dataClass.edit'),
    cell: ({ of, name, plane }: Row) => (
      <Button
        aria-label={say('settings.dataClass.edit.act', { class: name, plane })}
        disabledReason={managed(of)}
        onClick={() => setEditing(rows.find((one) => one.plane === plane && one.name === name))}
      >
        {say('settings.dataClass.edit')}
      </Button>
    ),
  }
  return (
    <>
      <List
        id="settings.dataClasses"
        label={say('settings.dataClasses')}
        of={{
          rows,
          isPending: documents.isPending || items.isPending,
          failures: [...documents.failures, ...items.failures],
        }}
        empty={{
          title: say('settings.dataClasses.empty.title'),
          says: say('settings.dataClasses.empty.body'),
          action: make,
        }}
        tools={make}
        keyOf={({ plane, name }) => `${plane}/${name}`}
        columns={[
          { id: 'name', title: say('settings.dataClass'), cell: ({ name }) => name },
          {
            id: 'recorded',
            title: say('settings.recorded'),
            cell: ({ isMasked }) => say(isMasked ? 'settings.masked' : 'settings.asIs'),
          },
          {
            id: 'kept',
            title: say('settings.kept'),
            cell: ({ kept }) => kept ?? say('settings.asPlane'),
          },
          {
            id: 'items',
            title: say('settings.items'),
            cell: ({ items }) => items.join(', ') || '—',
          },
          planeColumn(words),
          ...(mayWrite ? [edit] : []),
        ]}
      />
      {editing === 'new' && <NewDataClass rows={free} onClose={() => setEditing(undefined)} />}
      {editing && editing !== 'new' && (
        <EditDataClass row={editing.of} name={editing.name} onClose={() => setEditing(undefined)} />
      )}
    </>
  )
}

const classesOf = (of: PlaneRow, items: readonly ItemRow[]): readonly Row[] => {
  const { name: plane, ledger } = of.document
  const mask: readonly string[] = ledger?.mask ?? []
  const kept: Readonly<Record<string, string>> = ledger?.retain?.classes ?? {}
  const names = new Set([...mask, ...Object.keys(kept), ...items.flatMap(({ data }) => data)])
  return [...names].sort().map((name) => ({
    plane,
    of,
    name,
    items: items.filter(({ data }) => data.includes(name)).map(({ server }) => server),
    isMasked: mask.includes(name),
    kept: kept[name],
  }))
}
