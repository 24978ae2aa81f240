import { useState } from 'react'
import { useMe } from '../../api/session.ts'
import { useManaged } from '../../parts/managed.ts'
import { PlaneName } from '../../parts/planes.tsx'
import { usePlanesWhere } from '../../parts/rights.ts'
import { Button } from '../../ui/Button.tsx'
import { CopyBlock } from '../../ui/Copy.tsx'
import { List } from '../../ui/List.tsx'
import { useWords } from '../../words/words.ts'
import { Standing } from '../agents/Standing.tsx'
import { suspensionOf, useSuspensions } from '../suspensions.ts'
import { EditPlane } from './EditPlane.tsx'
import { SwitchPlane } from './SwitchPlane.tsx'
import { type PlaneRow, usePlaneDocuments } from './use-plane-documents.ts'

/** Every plane as it is written, and what stops all of it at once. */
export const Planes = () => {
  const { say } = useWords()
  const planes = usePlaneDocuments()
  const managed = useManaged()
  /** What it was when it was asked for: the dialog stays what it is when that has changed. */
  const [switching, setSwitching] = useState<{ plane: string; isStopped: boolean }>()
  const suspensions = useSuspensions(usePlanesWhere('suspensions')).rows
  const stopped = (plane: string) =>
    suspensionOf(suspensions, { plane, kind: 'plane', name: plane })
  const stoppable = usePlanesWhere('stops')
  const [editing, setEditing] = useState<PlaneRow | 'new'>()
  const mayWrite = useMe().data?.person.administrator ?? false
  const make = mayWrite && (
    <Button tone="main" onClick={() => setEditing('new')}>
      {say('settings.plane.make')}
    </Button>
  )
  const edit = {
    id: 'edit',
    title: say('settings.plane.edit'),
    cell: (row: PlaneRow) => (
      <Button
        aria-label={say('settings.plane.edit.act', { plane: row.document.name })}
        disabledReason={managed(row)}
        onClick={() => setEditing(row)}
      >
        {say('settings.plane.edit')}
      </Button>
    ),
  }
  return (
    <>
      <List
        id="settings.planes"
        label={say('settings.planes')}
        of={planes}
        empty={{
          title: say('settings.planes.empty.title'),
          says: say('settings.planes.empty.body'),
          action: make,
        }}
        tools={make}
        keyOf={({ document: { name } }) => name}
        columns={[
          {
            id: 'name',
            title: say('settings.name'),
            cell: ({ document: { name } }) => <PlaneName plane={name} />,
          },
          {
            id: 'title',
            title: say('settings.says'),
            cell: ({ document }) => document.title ?? '—',
          },
          {
            id: 'owner',
            title: say('settings.owner'),
            cell: ({ document }) => document.owner ?? '—',
          },
          {
            id: 'zone',
            title: say('settings.zone'),
            cell: ({ document }) => document.timeZone ?? 'UTC',
          },
          {
            id: 'token',
            title: say('settings.tokenLifetime'),
            cell: ({ document }) => document.tokenLifetime ?? '5m',
          },
          { id: 'set', title: say('settings.set'), cell: ({ set }) => set ?? '—' },
          ...(mayWrite ? [edit] : []),
          {
            id: 'status',
            title: say('catalog.status'),
            cell: ({ document: { name } }) => (
              <Standing isSuspended={stopped(name) !== undefined} />
            ),
          },
          {
            id: 'stop',
            title: say('settings.stop'),
            cell: ({ document: { name } }) => (
              <Button
                aria-label={say(stopped(name) ? 'settings.resume.act' : 'settings.stop.act', {
                  plane: name,
                })}
                disabledReason={
                  stoppable.includes(name) ? undefined : say('settings.stop.notYours')
                }
                onClick={() =>
                  setSwitching({ plane: name, isStopped: stopped(name) !== undefined })
                }
              >
                {say(stopped(name) ? 'settings.resume' : 'settings.stop')}
              </Button>
            ),
          },
        ]}
      />
      <Documents rows={planes.rows} />
      {editing && (
        <EditPlane
          row={editing === 'new' ? undefined : editing}
          onClose={() => setEditing(undefined)}
        />
      )}
      {switching && <SwitchPlane {...switching} onClose={() => setSwitching(undefined)} />}
    </>
  )
}

/** The document, whole: what a file would say, to be changed there or applied again. */
const Documents = ({ rows }: { readonly rows: readonly PlaneRow[] }) => (
  <>
    {rows.map(({ document }) => (
      <details key={document.name}>
        <summary>
          <PlaneName plane={document.name} />
        </summary>
        <CopyBlock text={JSON.stringify(document, null, 2)} />
      </details>
    ))}
  </>
)
