import { Checkbox } from '@mantine/core'
import { type Me, useMe } from '../../api/session.ts'
import { useNarrowed } from '../../filters/use-narrowed.ts'
import { planeField, usePlanes } from '../../parts/planes.tsx'
import { paths } from '../../paths.ts'
import { Button } from '../../ui/Button.tsx'
import { useGo } from '../../ui/Go.tsx'
import { List } from '../../ui/List.tsx'
import { Page } from '../../ui/Page.tsx'
import { useWords } from '../../words/words.ts'
import { suspensionOf, useSuspensions } from '../suspensions.ts'
import { type ItemState, stateOf } from './health.ts'
import { itemColumns } from './item-columns.tsx'
import { type ItemRow, useItems, useUse } from './items.ts'
import { useCatalogTabs } from './tabs.ts'

/** Every MCP server and REST API that the person may see, in one list. */
export default function Items() {
  const words = useWords()
  const { say } = words
  const planes = usePlanes()
  const items = useItems(planes, 10_000)
  const use = useUse(planes)
  const suspensions = useSuspensions(planes).rows
  const me = useMe().data
  const go = useGo()
  const statusOf = (row: ItemRow) =>
    stateOf(
      row,
      suspensionOf(suspensions, { plane: row.plane, kind: 'server', name: row.server }) !==
        undefined,
    )
  const narrowed = useNarrowed(items.rows, {
    names: ({ server, title }) => [server, title],
    keys: ['mine'],
    keeps: (row, { mine }) => mine === undefined || isMine(row, me),
    fields: [
      {
        field: 'kind',
        title: say('catalog.kind'),
        of: ({ kind }) => [kind],
        says: (kind) => say(kind === 'API' ? 'ui.kind.api' : 'ui.kind.server'),
      },
      planeField(words),
      {
        field: 'status',
        title: say('catalog.status'),
        of: (row) => [statusOf(row)],
        says: (one) => say(`catalog.status.${one as ItemState}`),
      },
      { field: 'owner', title: say('catalog.owner'), of: ({ owner }) => [owner] },
      { field: 'data', title: say('catalog.data'), of: ({ data }) => data },
    ],
  })
  const { state } = narrowed
  const register = (
    <Button tone="main" onClick={() => go(paths.register())}>
      {say('catalog.register')}
    </Button>
  )
  const mine = (
    <Checkbox
      label={say('catalog.mine')}
      checked={state.search.mine !== undefined}
      onChange={(event) => state.set({ mine: event.currentTarget.checked ? '1' : undefined })}
    />
  )
  return (
    <Page title={say('catalog.title')} tabs={useCatalogTabs()} actions={register}>
      <List
        id="catalog.items"
        label={say('catalog.items')}
        of={items}
        empty={{
          title: say('catalog.empty.title'),
          says: say('catalog.empty.body'),
          action: register,
        }}
        narrowing={{ ...narrowed, searchSays: say('catalog.search'), tools: mine }}
        columns={itemColumns(words, statusOf, use)}
        keyOf={({ plane, server }) => `${plane}/${server}`}
        nameOf={({ server }) => server}
        onOpen={({ plane, server }) => go(`${paths.item(server)}?plane=${plane}`)}
      />
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
