import { useMemo, useState } from 'react'
import type { Answer } from '../../api/client.ts'
import { useAct, useAnswer } from '../../api/queries.ts'
import { useListState } from '../../filters/use-search.ts'
import { PlaneName, useOnePlane } from '../../parts/planes.tsx'
import { paths } from '../../paths.ts'
import { ActDialog } from '../../ui/ActDialog.tsx'
import { Button } from '../../ui/Button.tsx'
import { NothingYet } from '../../ui/Empty.tsx'
import { Failed } from '../../ui/Failed.tsx'
import { Go } from '../../ui/Go.tsx'
import { Loading } from '../../ui/Loading.tsx'
import { Page } from '../../ui/Page.tsx'
import { type Column, Table } from '../../ui/Table.tsx'
import { toast } from '../../ui/toast.tsx'
import { useWords } from '../../words/words.ts'
import { boundsText } from './bounds.ts'
import { GrantPeek } from './GrantPeek.tsx'
import { selectorText } from './selectors.ts'
import { usePermissionTabs } from './tabs.ts'

const path = '/api/v1/planes/{plane}/grants'
const onePath = '/api/v1/planes/{plane}/grants/{name}'
type Row = Answer<'get', typeof path>['items'][number]

const known = { fields: [] }

/** Every grant of a plane as it is written, with what would end it. */
export default function Grants() {
  const { say } = useWords()
  const plane = useOnePlane()
  const title = say('permissions.grants')
  const state = useListState(known)
  const { peek } = state.search
  const query = useAnswer(
    path,
    { params: { path: { plane: plane ?? '' }, query: { limit: 500 } } },
    { enabled: plane !== undefined },
  )
  const [revoking, setRevoking] = useState<Row>()
  const columns = useMemo(() => columnsOf(say, setRevoking), [say])
  const rows = query.data?.items ?? []
  return (
    <Page
      title={title}
      tabs={usePermissionTabs()}
      aside={plane !== undefined && <PlaneName plane={plane} />}
      actions={<Go to={paths.permissions()}>{say('permissions.matrix')}</Go>}
    >
      {query.isPending && <Loading what={title} />}
      {query.error && <Failed what={title} problem={query.error} onRetry={query.refetch} />}
      {query.data && rows.length === 0 && (
        <NothingYet title={say('permissions.grants.empty.title')}>
          {say('permissions.grants.empty.body')}
        </NothingYet>
      )}
      {rows.length > 0 && (
        <Table
          id="permissions.grants"
          label={title}
          columns={columns}
          rows={rows}
          keyOf={({ document: { name } }) => name}
          open={peek}
          onOpen={({ document: { name } }) => state.set({ peek: name })}
        />
      )}
      {peek !== undefined && plane !== undefined && (
        <GrantPeek
          plane={plane}
          name={peek}
          keys={rows.map(({ document: { name } }) => name)}
          onMove={(name) => state.set({ peek: name }, true)}
          onClose={() => state.set({ peek: undefined })}
        />
      )}
      {revoking && plane !== undefined && (
        <Revoke plane={plane} row={revoking} onClose={() => setRevoking(undefined)} />
      )}
    </Page>
  )
}

const Revoke = ({
  plane,
  row: { etag, document },
  onClose,
}: {
  readonly plane: string
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
              header: { 'If-Match': etag, 'X-Reason': encodeURIComponent(reason) },
            },
          },
          {
            onSuccess: () => {
              toast(say('permissions.revoked', { name }))
              onClose()
            },
          },
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
        disabledReason={
          row.set === undefined ? undefined : say('permissions.managedBy', { set: row.set })
        }
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
