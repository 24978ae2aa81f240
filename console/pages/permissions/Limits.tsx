import { useMemo } from 'react'
import { type RowOf, useAll } from '../../api/all.ts'
import { useAnswer } from '../../api/queries.ts'
import { PlaneName, useOnePlane } from '../../parts/planes.tsx'
import { paths } from '../../paths.ts'
import { Go } from '../../ui/Go.tsx'
import { List } from '../../ui/List.tsx'
import { Page } from '../../ui/Page.tsx'
import type { Column } from '../../ui/Table.tsx'
import { useWords } from '../../words/words.ts'
import { boundsText } from './bounds.ts'
import { type Selector, selectorText } from './selectors.ts'
import { usePermissionTabs } from './tabs.ts'

type Quota = RowOf<'/api/v1/planes/{plane}/quotas'>
type Grant = RowOf<'/api/v1/planes/{plane}/grants'>

interface Row {
  readonly key: string
  readonly name: string
  readonly kind: 'quota' | 'grant'
  readonly bounds: Quota['document']['allow']
  readonly over: readonly Selector[]
  readonly per: string
  readonly set: string | undefined
}

/** Every bound on use: those of quotas, and those that grants bring with them. */
export default function Limits() {
  const { say, number } = useWords()
  const plane = useOnePlane()
  const title = say('permissions.limits')
  const planes = plane === undefined ? [] : [plane]
  const quotas = useAll('/api/v1/planes/{plane}/quotas', planes)
  const grants = useAll('/api/v1/planes/{plane}/grants', planes)
  const limited = useAnswer(
    '/api/v1/planes/{plane}/calls/facets',
    {
      params: {
        path: { plane: plane ?? '' },
        query: { since: '24h', result: ['limited'], field: ['quota'], top: 100 },
      },
    },
    { enabled: plane !== undefined },
  )
  const counts = useMemo(() => {
    const values = limited.data?.facets[0]?.values
    return values && new Map(values.map(({ value, count }) => [value, count]))
  }, [limited.data])
  const columns: readonly Column<Row>[] = [
    {
      id: 'name',
      title: say('permissions.name'),
      cell: ({ kind, name }) => say(`permissions.limit.${kind}`, { name }),
    },
    {
      id: 'bounds',
      title: say('permissions.bounds'),
      cell: ({ bounds }) => boundsText(say, bounds),
    },
    { id: 'per', title: say('permissions.limit.per'), cell: ({ per }) => per },
    {
      id: 'over',
      title: say('permissions.limit.of'),
      cell: ({ over }) => <code title={selectorText(over)}>{selectorText(over)}</code>,
    },
    {
      id: 'limited',
      title: say('permissions.limit.limited'),
      align: 'right',
      cell: ({ kind, name }) => {
        const count = counts?.get(kind === 'grant' ? `grant/${name}` : name)
        if (!counts) return say('permissions.limit.none')
        if (count === undefined) return number(0)
        return <Go to={`${paths.ledger()}?t=24h&f.outcome=limited`}>{number(count)}</Go>
      },
    },
    { id: 'set', title: say('permissions.managed'), cell: ({ set }) => set ?? '—' },
  ]
  return (
    <Page
      title={title}
      tabs={usePermissionTabs()}
      aside={plane !== undefined && <PlaneName plane={plane} />}
    >
      <List
        id="permissions.limits"
        label={title}
        of={{
          rows: rowsOf(quotas.rows, grants.rows),
          isPending: quotas.isPending || grants.isPending,
          failures: [...quotas.failures, ...grants.failures],
        }}
        empty={{
          title: say('permissions.limits.empty.title'),
          says: say('permissions.limits.empty.body'),
        }}
        columns={columns}
        keyOf={({ key }) => key}
      />
    </Page>
  )
}

const rowsOf = (quotas: readonly Quota[], grants: readonly Grant[]): readonly Row[] => [
  ...quotas.map(
    ({ document: { name, allow, over, per }, set }): Row => ({
      ...{ key: `quota/${name}`, kind: 'quota', name, bounds: allow, over, per, set },
    }),
  ),
  ...grants.flatMap(({ document: { name, quota, allow, agent, group }, set }): Row[] => {
    const per = agent ?? group ?? ''
    const key = `grant/${name}`
    return quota ? [{ key, kind: 'grant', name, bounds: quota, over: allow, per, set }] : []
  }),
]
