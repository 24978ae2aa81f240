import { Checkbox } from '@mantine/core'
import { type Me, useMe } from '../../api/session.ts'
import { facetsOf, rowsThat } from '../../filters/rows.ts'
import { useListState } from '../../filters/use-search.ts'
import { nameHas } from '../../frame/jump.ts'
import { usePlanes } from '../../parts/planes.tsx'
import { paths } from '../../paths.ts'
import { Button } from '../../ui/Button.tsx'
import { NothingMatches, NothingYet } from '../../ui/Empty.tsx'
import { Failed } from '../../ui/Failed.tsx'
import { useGo } from '../../ui/Go.tsx'
import { Loading } from '../../ui/Loading.tsx'
import { Page } from '../../ui/Page.tsx'
import { Table } from '../../ui/Table.tsx'
import { useWords } from '../../words/words.ts'
import { suspensionOf, useSuspensions } from '../suspensions.ts'
import { type ItemState, stateOf } from './health.ts'
import { itemColumns } from './item-columns.tsx'
import { type ItemRow, useItems, useUse } from './items.ts'
import { ListPage } from './ListPage.tsx'
import { useCatalogTabs } from './tabs.ts'

const known = { fields: ['kind', 'plane', 'status', 'owner', 'data'], keys: ['mine'] }

/** Every MCP server and REST API that the person may see, in one list. */
export default function Items() {
  const words = useWords()
  const { say } = words
  const planes = usePlanes()
  const items = useItems(planes, 10_000)
  const use = useUse(planes)
  const suspensions = useSuspensions(planes).rows
  const state = useListState(known)
  const me = useMe().data
  const go = useGo()
  const statusOf = (row: ItemRow) =>
    stateOf(
      row,
      suspensionOf(suspensions, { plane: row.plane, kind: 'server', name: row.server }) !==
        undefined,
    )
  const valuesOf = (row: ItemRow) => ({
    kind: [row.kind],
    plane: [row.plane],
    status: [statusOf(row)],
    owner: [row.owner],
    data: row.data,
  })
  const { q = '', mine } = state.search
  const named = items.rows.filter(
    (row) =>
      (nameHas(row.server, q) || nameHas(row.title ?? '', q)) &&
      (mine === undefined || isMine(row, me)),
  )
  const rows = rowsThat(named, state.filters, valuesOf)
  const facets = facetsOf(named, state.filters, valuesOf, [
    {
      field: 'kind',
      title: say('catalog.kind'),
      says: (kind) => say(kind === 'API' ? 'ui.kind.api' : 'ui.kind.server'),
    },
    { field: 'plane', title: say('frame.plane') },
    {
      field: 'status',
      title: say('catalog.status'),
      says: (one) => say(`catalog.status.${one as ItemState}`),
    },
    { field: 'owner', title: say('catalog.owner') },
    { field: 'data', title: say('catalog.data') },
  ])
  const columns = itemColumns(words, statusOf, use)
  const register = (
    <Button tone="main" onClick={() => go(paths.register())}>
      {say('catalog.register')}
    </Button>
  )
  return (
    <Page title={say('catalog.title')} tabs={useCatalogTabs()} actions={register}>
      {items.failures.map(({ plane, problem, retry }) => (
        <Failed
          key={plane}
          what={`${say('catalog.items')}, ${plane}`}
          problem={problem}
          onRetry={retry}
        />
      ))}
      {items.isPending && <Loading what={say('catalog.items')} />}
      {!items.isPending && items.rows.length === 0 && items.failures.length === 0 && (
        <NothingYet title={say('catalog.empty.title')} action={register}>
          {say('catalog.empty.body')}
        </NothingYet>
      )}
      {items.rows.length > 0 && (
        <ListPage
          state={state}
          facets={facets}
          searchSays={say('catalog.search')}
          tools={
            <Checkbox
              label={say('catalog.mine')}
              checked={mine !== undefined}
              onChange={(event) =>
                state.set({ mine: event.currentTarget.checked ? '1' : undefined })
              }
            />
          }
        >
          {rows.length === 0 ? (
            <NothingMatches
              filters={state.filters}
              onRemove={({ field, not }) => state.filter({ field, not, values: [] })}
              onClear={state.clear}
            />
          ) : (
            <Table
              id="catalog.items"
              label={say('catalog.items')}
              columns={columns}
              rows={rows}
              keyOf={({ plane, server }) => `${plane}/${server}`}
              nameOf={({ server }) => server}
              onOpen={({ plane, server }) => go(`${paths.item(server)}?plane=${plane}`)}
              onFilter={state.toggle}
            />
          )}
        </ListPage>
      )}
    </Page>
  )
}

/** The person's own, or of an owner or an item over which they hold a role. */
const isMine = ({ plane, owner, server }: ItemRow, me: Me | undefined): boolean => {
  if (owner === me?.person.name) return true
  const roles = me?.planes.find((one) => one.plane === plane)?.roles ?? []
  return roles.some(({ over }) => {
    if (!over) return false
    return 'owner' in over ? over.owner === owner : over.item === server
  })
}
