import { useMemo, useState } from 'react'
import { useNarrowed } from '../../filters/use-narrowed.ts'
import { Button } from '../../ui/Button.tsx'
import { List } from '../../ui/List.tsx'
import { useWords } from '../../words/words.ts'
import { CapabilityPeek } from './CapabilityPeek.tsx'
import { ClassPick } from './ClassPick.tsx'
import { capabilityColumns, sayCapabilityState, sayKind } from './capability-columns.tsx'
import { type Capability, classes, type ItemAnswer, keyOf } from './classes.ts'
import { Groups } from './Groups.tsx'
import { Publish } from './Publish.tsx'
import { useClassifying } from './use-classifying.ts'

/** What an item offers, classified by a person: by group, by row, or by selection; in force once it is published. */
export const ItemCapabilities = ({ item }: { readonly item: ItemAnswer }) => {
  const words = useWords()
  const { say } = words
  const all = item.capabilities
  const classifying = useClassifying(all)
  const { choices, selected, select, pick } = classifying
  const [isPublishing, setPublishing] = useState(false)
  const sayClass = (its: string) =>
    its === 'unsure' ? say('catalog.unsure') : say(`ui.class.${its as Capability['class']}`)
  const narrowed = useNarrowed(all, {
    names: ({ name, title }) => [name, title],
    fields: [
      {
        field: 'suggestion',
        title: say('catalog.suggestion'),
        of: ({ suggestion }) => (suggestion ? [suggestion.class ?? 'unsure'] : []),
        says: sayClass,
      },
      {
        field: 'class',
        title: say('catalog.class'),
        of: (row) => [row.class],
        says: sayClass,
      },
      {
        field: 'kind',
        title: say('catalog.kind'),
        of: ({ kind }) => [kind],
        says: (kind) => sayKind(words, kind as Capability['kind']),
      },
      {
        field: 'state',
        title: say('catalog.status'),
        of: ({ state }) => [state],
        says: (one) => sayCapabilityState(words, one as Capability['state']),
      },
    ],
  })
  const { state, rows } = narrowed
  const { peek } = state.search
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
      {all.length > 0 && <Groups rows={all} classifying={classifying} publish={publish} />}
      <List
        id="catalog.capabilities"
        label={say('catalog.capabilities')}
        of={{ rows: all }}
        empty={{ title: say('catalog.none.title'), says: say('catalog.none.body') }}
        narrowing={{ ...narrowed, searchSays: say('catalog.search.capabilities') }}
        columns={columns}
        keyOf={keyOf}
        nameOf={({ name }) => name}
        open={peek}
        onOpen={(row) => state.set({ peek: keyOf(row) })}
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
