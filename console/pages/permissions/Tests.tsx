import { useQuery } from '@tanstack/react-query'
import { ask } from '../../api/client.ts'
import type { Problem } from '../../api/problem.ts'
import { PlaneName, useOnePlane } from '../../parts/planes.tsx'
import { Button } from '../../ui/Button.tsx'
import { NothingYet } from '../../ui/Empty.tsx'
import { Failed } from '../../ui/Failed.tsx'
import { Dimmed, Loading } from '../../ui/Loading.tsx'
import { Page } from '../../ui/Page.tsx'
import { type Column, Table } from '../../ui/Table.tsx'
import { useWords } from '../../words/words.ts'
import type { Tests as Tried } from './matrix/effect.ts'
import { usePermissionTabs } from './tabs.ts'

const path = '/api/v1/planes/{plane}/policy/test'

/** Sentences that must stay true, each tried by what stands now. */
export default function Tests() {
  const { say, number } = useWords()
  const plane = useOnePlane()
  const title = say('permissions.tests')
  const query = useQuery<Tried, Problem>({
    queryKey: [path, plane],
    enabled: plane !== undefined,
    queryFn: async () =>
      (await ask('post', path, { params: { path: { plane: plane ?? '' } }, body: {} })).tests,
  })
  const rows = query.data ?? []
  const columns: readonly Column<Tried[number]>[] = [
    { id: 'name', title: say('permissions.name'), cell: ({ name }) => <code>{name}</code> },
    { id: 'says', title: say('permissions.tests.says'), cell: ({ says }) => says },
    {
      id: 'result',
      title: say('permissions.tests.result'),
      cell: ({ holds }) => (
        <span style={{ color: holds ? 'var(--permit)' : 'var(--error)' }}>
          {holds ? '●' : '▲'} {say(holds ? 'permissions.tests.holds' : 'permissions.tests.fails')}
        </span>
      ),
    },
    {
      id: 'tried',
      title: say('permissions.tests.tried'),
      align: 'right',
      cell: ({ tried }) => number(tried),
    },
    {
      id: 'but',
      title: say('permissions.tests.but'),
      cell: ({ but, problem }) =>
        problem ??
        (but.map((one) => `${one.client} → ${one.server}/${one.name}: ${one.outcome}`).join('; ') ||
          '—'),
    },
  ]
  return (
    <Page
      title={title}
      tabs={usePermissionTabs()}
      aside={plane !== undefined && <PlaneName plane={plane} />}
      actions={
        rows.length > 0 && (
          <Button tone="main" loading={query.isFetching} onClick={() => void query.refetch()}>
            {say('permissions.tests.run', { count: rows.length })}
          </Button>
        )
      }
    >
      {query.isPending && <Loading what={title} />}
      {query.error && <Failed what={title} problem={query.error} onRetry={query.refetch} />}
      {query.data && rows.length === 0 && (
        <NothingYet title={say('permissions.tests.empty.title')}>
          {say('permissions.tests.empty.body')}
        </NothingYet>
      )}
      {rows.length > 0 && (
        <Dimmed on={query.isFetching}>
          <Table
            id="permissions.tests"
            label={title}
            columns={columns}
            rows={rows}
            keyOf={({ name }) => name}
          />
        </Dimmed>
      )}
    </Page>
  )
}
