import { planeColumn, usePlanes } from '../../parts/planes.tsx'
import { List } from '../../ui/List.tsx'
import { useWords } from '../../words/words.ts'
import { type ItemRow, useItems } from '../catalog/items.ts'
import { usePlaneDocuments } from './use-plane-documents.ts'

interface Row {
  readonly plane: string
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
  const rows = documents.rows.flatMap(({ document: { name, ledger } }) => {
    const its = items.rows.filter(({ plane }) => plane === name)
    return classesOf(name, its, ledger?.mask ?? [], ledger?.retain?.classes ?? {})
  })
  return (
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
      }}
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
      ]}
    />
  )
}

const classesOf = (
  plane: string,
  items: readonly ItemRow[],
  mask: readonly string[],
  kept: Readonly<Record<string, string>>,
): readonly Row[] => {
  const names = new Set([...mask, ...Object.keys(kept), ...items.flatMap(({ data }) => data)])
  return [...names].sort().map((name) => ({
    plane,
    name,
    items: items.filter(({ data }) => data.includes(name)).map(({ server }) => server),
    isMasked: mask.includes(name),
    kept: kept[name],
  }))
}
