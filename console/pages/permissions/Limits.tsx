import { useMemo } from 'react'
import type { Answer } from '../../api/client.ts'
import { useAnswer } from '../../api/queries.ts'
import { PlaneName, useOnePlane } from '../../parts/planes.tsx'
import { paths } from '../../paths.ts'
import { NothingYet } from '../../ui/Empty.tsx'
import { Failed } from '../../ui/Failed.tsx'
import { Go } from '../../ui/Go.tsx'
import { Loading } from '../../ui/Loading.tsx'
import { Page } from '../../ui/Page.tsx'
import { type Column, Table } from '../../ui/Table.tsx'
import { useWords } from '../../words/words.ts'
import { boundsText } from './bounds.ts'
import { type Selector, selectorText } from './selectors.ts'
import { usePermissionTabs } from './tabs.ts'

type Quota = Answer<'get', '/api/v1/planes/{plane}/quotas'>['items'][number]

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
  const enabled = { enabled: plane !== undefined }
  const params = { path: { plane: plane ?? '' }, query: { limit: 500 } }
  const quotas = useAnswer('/api/v1/planes/{plane}/quotas', { params }, enabled)
  const grants = useAnswer('/api/v1/planes/{plane}/grants', { params }, enabled)
  const limited = useAnswer(
    '/api/v1/planes/{plane}/calls/facets',
    {
      params: {
        path: { plane: plane ?? '' },
        query: { since: '24h', result: ['limited'], field: ['quota'], top: 100 },
      },
    },
    enabled,
  )
  const counts = useMemo(() => {
    const values = limited.data?.facets[0]?.values
    return values && new Map(values.map(({ value, count }) => [value, count]))
  }, [limited.data])
  const rows = useMemo(
    () => rowsOf(quotas.data?.items ?? [], grants.data?.items ?? []),
    [quotas.data, grants.data],
  )
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
  const isPending = quotas.isPending || grants.isPending
  return (
    <Page
      title={title}
      tabs={usePermissionTabs()}
      aside={plane !== undefined && <PlaneName plane={plane} />}
    >
      {isPending && <Loading what={title} />}
      {[quotas, grants].map(
        ({ error, refetch }, at) =>
          error && <Failed key={String(at)} what={title} problem={error} onRetry={refetch} />,
      )}
      {!isPending && rows.length === 0 && !quotas.error && (
        <NothingYet title={say('permissions.limits.empty.title')}>
          {say('permissions.limits.empty.body')}
        </NothingYet>
      )}
      {rows.length > 0 && (
        <Table
          id="permissions.limits"
          label={title}
          columns={columns}
          rows={rows}
          keyOf={({ key }) => key}
        />
      )}
    </Page>
  )
}

const rowsOf = (
  quotas: readonly Quota[],
  grants: Answer<'get', '/api/v1/planes/{plane}/grants'>['items'],
): readonly Row[] => [
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
