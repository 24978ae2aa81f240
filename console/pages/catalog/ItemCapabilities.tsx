import { useMemo, useState } from 'react'
import { facetsOf, rowsThat } from '../../filters/rows.ts'
import { useListState } from '../../filters/use-search.ts'
import { nameHas } from '../../frame/jump.ts'
import { Button } from '../../ui/Button.tsx'
import { NothingMatches, NothingYet } from '../../ui/Empty.tsx'
import { Table } from '../../ui/Table.tsx'
import { useWords } from '../../words/words.ts'
import { CapabilityPeek } from './CapabilityPeek.tsx'
import { ClassPick } from './ClassPick.tsx'
import { capabilityColumns, sayCapabilityState, sayKind } from './capability-columns.tsx'
import { type Capability, classes, type ItemAnswer, keyOf } from './classes.ts'
import { Groups } from './Groups.tsx'
import { ListPage } from './ListPage.tsx'
import { Publish } from './Publish.tsx'
import { useClassifying } from './use-classifying.ts'

const known = { fields: ['kind', 'class', 'state', 'suggestion'] }

const valuesOf = (row: Capability) => ({
  kind: [row.kind],
  class: [row.class],
  state: [row.state],
  suggestion: row.suggestion ? [row.suggestion.class ?? 'unsure'] : [],
})

/** What an item offers, classified by a person: by group, by row, or by selection; in force once it is published. */
export const ItemCapabilities = ({ item }: { readonly item: ItemAnswer }) => {
  const words = useWords()
  const { say } = words
  const state = useListState(known)
  const all = item.capabilities
  const classifying = useClassifying(all)
  const { choices, selected, select, pick } = classifying
  const [isPublishing, setPublishing] = useState(false)
  const { q = '', peek } = state.search
  const named = all.filter(({ name, title }) => nameHas(name, q) || nameHas(title, q))
  const rows = rowsThat(named, state.filters, valuesOf)
  const sayClass = (its: string) =>
    its === 'unsure' ? say('catalog.unsure') : say(`ui.class.${its as Capability['class']}`)
  const facets = facetsOf(named, state.filters, valuesOf, [
    { field: 'suggestion', title: say('catalog.suggestion'), says: sayClass },
    { field: 'class', title: say('catalog.class'), says: sayClass },
    {
      field: 'kind',
      title: say('catalog.kind'),
      says: (kind) => sayKind(words, kind as Capability['kind']),
    },
    {
      field: 'state',
      title: say('catalog.status'),
      says: (one) => sayCapabilityState(words, one as Capability['state']),
    },
  ])
  const columns = useMemo(
    () =>
      capabilityColumns(words, (row) => (
        <ClassPick
          name={row.name}
          chosen={choices.get(keyOf(row)) ?? row.class}
          isNew={choices.has(keyOf(row))}
          disabled={row.state === 'absent'}
          onPick={(its) => pick([row], its)}
        />
      )),
    [words, choices, pick],
  )
  if (all.length === 0)
    return <NothingYet title={say('catalog.none.title')}>{say('catalog.none.body')}</NothingYet>
  const picked = all.filter((row) => selected.has(keyOf(row)) && row.state !== 'absent')
  const publish = (
    <Button
      tone="main"
      disabledReason={
        classifying.moved.length > 0
          ? say('catalog.moved', { count: classifying.moved.length })
          : choices.size === 0
            ? say('catalog.publish.nothing')
            : undefined
      }
      onClick={() => setPublishing(true)}
    >
      {say('catalog.publish', { count: choices.size })}
    </Button>
  )
  return (
    <>
      <Groups rows={all} classifying={classifying} publish={publish} />
      <ListPage state={state} facets={facets} searchSays={say('catalog.search.capabilities')}>
        {rows.length === 0 ? (
          <NothingMatches
            filters={state.filters}
            onRemove={({ field, not }) => state.filter({ field, not, values: [] })}
            onClear={state.clear}
          />
        ) : (
          <Table
            id="catalog.capabilities"
            label={say('catalog.capabilities')}
            columns={columns}
            rows={rows}
            keyOf={keyOf}
            nameOf={({ name }) => name}
            open={peek}
            onOpen={(row) => state.set({ peek: keyOf(row) })}
            onFilter={state.toggle}
            selection={{
              keys: selected,
              set: select,
              actions: classes.map((its) => (
                <Button key={its} onClick={() => pick(picked, its)}>
                  {say('catalog.setClass', { count: picked.length, class: say(`ui.class.${its}`) })}
                </Button>
              )),
            }}
          />
        )}
      </ListPage>
      {peek !== undefined && (
        <CapabilityPeek
          item={item}
          at={peek}
          keys={rows.map(keyOf)}
          onMove={(key) => state.set({ peek: key }, true)}
          onClose={() => state.set({ peek: undefined })}
        />
      )}
      {isPublishing && (
        <Publish
          item={item}
          choices={choices}
          onClose={() => setPublishing(false)}
          onDone={() => {
            setPublishing(false)
            classifying.clear()
          }}
        />
      )}
    </>
  )
}
