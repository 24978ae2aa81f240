import { useMemo, useState } from 'react'
import { type RowOf, useAll } from '../../api/all.ts'
import { useAct } from '../../api/queries.ts'
import { useListState } from '../../filters/use-search.ts'
import { managedBy } from '../../parts/managed.ts'
import { PlaneName, useOnePlane } from '../../parts/planes.tsx'
import { paths } from '../../paths.ts'
import { ActDialog } from '../../ui/ActDialog.tsx'
import { Button } from '../../ui/Button.tsx'
import { Go } from '../../ui/Go.tsx'
import { List } from '../../ui/List.tsx'
import { Page } from '../../ui/Page.tsx'
import type { Column } from '../../ui/Table.tsx'
import { said } from '../../ui/toast.tsx'
import { useWords } from '../../words/words.ts'
import { boundsText } from './bounds.ts'
import { GrantPeek } from './GrantPeek.tsx'
import { selectorText } from './selectors.ts'
import { usePermissionTabs } from './tabs.ts'

const path = '/api/v1/planes/{plane}/grants'
const onePath = '/api/v1/planes/{plane}/grants/{name}'
type Row = RowOf<typeof path>

const known = { fields: [] }

/** Every grant of a plane as it is written, with what would end it. */
export default function Grants() {
  const { say } = useWords()
  const plane = useOnePlane()
  const title = say('permissions.grants')
  const grants = useAll(path, plane === undefined ? [] : [plane])
  const state = useListState(known)
  const { peek } = state.search
  const [revoking, setRevoking] = useState<Row>()
  const columns = useMemo(() => columnsOf(say, setRevoking), [say])
  return (
    <Page
      title={title}
      tabs={usePermissionTabs()}
      aside={plane !== undefined && <PlaneName plane={plane} />}
      actions={<Go to={paths.permissions()}>{say('permissions.matrix')}</Go>}
    >
      <List
        id="permissions.grants"
        label={title}
        of={grants}
        empty={{
          title: say('permissions.grants.empty.title'),
          says: say('permissions.grants.empty.body'),
        }}
        columns={columns}
        keyOf={({ document: { name } }) => name}
        open={peek}
        onOpen={({ document: { name } }) => state.set({ peek: name })}
      />
      {peek !== undefined && plane !== undefined && (
        <GrantPeek
          plane={plane}
          name={peek}
          keys={grants.rows.map(({ document: { name } }) => name)}
          onMove={(name) => state.set({ peek: name }, true)}
          onClose={() => state.set({ peek: undefined })}
        />
      )}
      {revoking && <Revoke row={revoking} onClose={() => setRevoking(undefined)} />}
    </Page>
  )
}

const Revoke = ({
  row: { plane, etag, document },
  onClose,
}: {
  readonly row: Row
  readonly onClose: () => void
}) => {
  const { say } = useWords()
  const { name, agent, group } = document
  const act = useAct('delete', onePath)
  return (
    <ActDialog
      tier={1}
      needsReason
      title={say('permissions.revoke.title', { name })}
      act={say('permissions.revoke.act')}
      problem={act.error}
      isBusy={act.isPending}
      onClose={onClose}
      onAct={(reason) =>
        act.mutate(
          {
            params: {
              path: { plane, name },
              header: { 'If-Match': etag, 'X-Reason': reason },
            },
          },
          said(say('permissions.revoked', { name }), onClose),
        )
      }
    >
      <p>{say('permissions.revoke.says', { name, agent: agent ?? group ?? '' })}</p>
    </ActDialog>
  )
}

type Say = ReturnType<typeof useWords>['say']
const columnsOf = (say: Say, revoke: (row: Row) => void): readonly Column<Row>[] => [
  {
    id: 'name',
    title: say('permissions.name'),
    cell: ({ document: { name } }) => <code>{name}</code>,
  },
  {
    id: 'for',
    title: say('permissions.for'),
    cell: ({ document: { agent, group, consumer } }) =>
      say('permissions.agentFor', { agent: agent ?? group ?? '', consumer }),
  },
  {
    id: 'selects',
    title: say('permissions.selects'),
    cell: ({ document: { allow } }) => (
      <code title={selectorText(allow)}>{selectorText(allow)}</code>
    ),
  },
  {
    id: 'until',
    title: say('permissions.ends'),
    cell: ({ document: { until } }) => until ?? say('permissions.never'),
  },
  {
    id: 'act',
    title: say('permissions.remove'),
    cell: (row) => (
      <Button
        disabledReason={managedBy({ say }, row)}
        aria-label={`${say('permissions.remove')} ${row.document.name}`}
        onClick={() => revoke(row)}
      >
        {say('permissions.remove')}
      </Button>
    ),
  },
  {
    id: 'when',
    title: say('permissions.when'),
    cell: ({ document: { when } }) => (when === undefined ? '—' : <code title={when}>{when}</code>),
  },
  {
    id: 'bounds',
    title: say('permissions.bounds'),
    cell: ({ document: { quota } }) => boundsText(say, quota) || '—',
  },
  { id: 'reason', title: say('permissions.reason'), cell: ({ document: { reason } }) => reason },
  { id: 'set', title: say('permissions.managed'), cell: ({ set }) => set ?? '—' },
]
