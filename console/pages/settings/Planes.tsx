import { useState } from 'react'
import { useAct } from '../../api/queries.ts'
import { useMe } from '../../api/session.ts'
import { useManaged } from '../../parts/managed.ts'
import { PlaneName } from '../../parts/planes.tsx'
import { ActDialog } from '../../ui/ActDialog.tsx'
import { Button } from '../../ui/Button.tsx'
import { CopyBlock } from '../../ui/Copy.tsx'
import { List } from '../../ui/List.tsx'
import { said } from '../../ui/toast.tsx'
import { useWords } from '../../words/words.ts'
import { EditPlane } from './EditPlane.tsx'
import { type PlaneRow, usePlaneDocuments } from './use-plane-documents.ts'

/** Every plane as it is written, and what stops all of it at once. */
export const Planes = () => {
  const { say } = useWords()
  const planes = usePlaneDocuments()
  const managed = useManaged()
  const [stopping, setStopping] = useState<string>()
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
            id: 'stop',
            title: say('settings.stop'),
            cell: ({ document: { name } }) => (
              <Button
                aria-label={say('settings.stop.act', { plane: name })}
                onClick={() => setStopping(name)}
              >
                {say('settings.stop')}
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
      {stopping !== undefined && <Stop plane={stopping} onClose={() => setStopping(undefined)} />}
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

const Stop = ({ plane, onClose }: { readonly plane: string; readonly onClose: () => void }) => {
  const { say } = useWords()
  const act = useAct('post', '/api/v1/planes/{plane}/suspend')
  const me = useMe()
  return (
    <ActDialog
      tier={2}
      typed={plane}
      needsReason
      title={say('settings.stop.title', { plane })}
      act={say('settings.stop.act', { plane })}
      problem={act.error}
      isBusy={act.isPending}
      onClose={onClose}
      onAct={(reason) =>
        act.mutate(
          { params: { path: { plane } }, body: { reason } },
          said(say('settings.stopped', { plane }), onClose),
        )
      }
    >
      <p>{say('settings.stop.says', { plane, person: me.data?.person.name ?? '' })}</p>
    </ActDialog>
  )
}
