import { Outcome } from '../../parts/Outcome.tsx'
import { planeColumn } from '../../parts/planes.tsx'
import { paths } from '../../paths.ts'
import { Go } from '../../ui/Go.tsx'
import type { Column } from '../../ui/Table.tsx'
import type { Words } from '../../words/words.ts'
import { type ItemState, sayState, shapes } from './health.ts'
import type { ItemRow, Use } from './items.ts'

export const itemColumns = (
  words: Words,
  statusOf: (row: ItemRow) => ItemState,
  use: ReadonlyMap<string, Use>,
): readonly Column<ItemRow>[] => {
  const { say, number } = words
  const useOf = ({ plane, server }: ItemRow) => use.get(`${plane}/${server}`)
  return [
    {
      id: 'name',
      title: say('catalog.name'),
      text: ({ server }) => server,
      cell: ({ plane, server }) => (
        <Go to={`${paths.item(server)}?plane=${plane}`} tabIndex={-1}>
          {server}
        </Go>
      ),
    },
    {
      id: 'kind',
      title: say('catalog.kind'),
      cell: ({ kind }) => say(kind === 'API' ? 'ui.kind.api' : 'ui.kind.server'),
      filter: ({ kind }) => ({ field: 'kind', value: kind }),
    },
    { ...planeColumn(words), filter: ({ plane }) => ({ field: 'plane', value: plane }) },
    {
      id: 'owner',
      title: say('catalog.owner'),
      cell: ({ owner }) => owner,
      filter: ({ owner }) => ({ field: 'owner', value: owner }),
    },
    {
      id: 'capabilities',
      title: say('catalog.capabilities'),
      cell: ({ counts }) => sayCounts(words, counts),
    },
    {
      id: 'status',
      title: say('catalog.status'),
      cell: (row) => {
        const state = statusOf(row)
        return <Outcome state={shapes[state]}>{sayState(words, row, state)}</Outcome>
      },
      filter: (row) => ({ field: 'status', value: statusOf(row) }),
    },
    {
      id: 'calls',
      title: say('catalog.calls24h'),
      align: 'right',
      cell: (row) => number(useOf(row)?.calls ?? 0),
    },
    {
      id: 'denied',
      title: say('catalog.denied'),
      align: 'right',
      cell: (row) => {
        const found = useOf(row)
        if (!found || found.calls === 0) return '—'
        return number(found.denied / found.calls, { style: 'percent', maximumFractionDigits: 1 })
      },
    },
    {
      id: 'life',
      title: say('catalog.lifeCycle'),
      optional: true,
      cell: ({ lifeCycle }) => say(`catalog.life.${lifeCycle}`),
    },
    {
      id: 'data',
      title: say('catalog.data'),
      optional: true,
      cell: ({ data }) => data.join(', ') || '—',
    },
    {
      id: 'upstream',
      title: say('catalog.upstream'),
      optional: true,
      cell: ({ upstream }) => <code>{upstream}</code>,
    },
  ]
}

/** `39 approved · 3 new · 1 changed`: only what there is. */
export const sayCounts = ({ say }: Words, counts: ItemRow['counts']): string =>
  [
    say('catalog.counts.approved', { count: counts.visible }),
    counts.unclassified > 0 && say('catalog.counts.new', { count: counts.unclassified }),
    counts.held > 0 && say('catalog.counts.changed', { count: counts.held }),
    counts.absent > 0 && say('catalog.counts.gone', { count: counts.absent }),
  ]
    .filter((one) => one !== false)
    .join(' · ')
