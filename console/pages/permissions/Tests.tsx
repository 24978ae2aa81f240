import { useQuery } from '@tanstack/react-query'
import { listed } from '../../api/all.ts'
import { ask } from '../../api/client.ts'
import type { Problem } from '../../api/problem.ts'
import { PlaneName, useOnePlane } from '../../parts/planes.tsx'
import { Button } from '../../ui/Button.tsx'
import { List } from '../../ui/List.tsx'
import { Page } from '../../ui/Page.tsx'
import type { Column } from '../../ui/Table.tsx'
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
      <List
        id="permissions.tests"
        label={title}
        of={{ ...listed(query, rows), isOld: query.isFetching }}
        empty={{
          title: say('permissions.tests.empty.title'),
          says: say('permissions.tests.empty.body'),
        }}
        columns={columns}
        keyOf={({ name }) => name}
      />
    </Page>
  )
}
