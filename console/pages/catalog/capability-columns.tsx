import type { ReactNode } from 'react'
import { Outcome } from '../../parts/Outcome.tsx'
import type { StationState } from '../../parts/path.ts'
import type { Column } from '../../ui/Table.tsx'
import type { Key, Words } from '../../words/words.ts'
import styles from './capability-columns.module.css'
import type { Capability } from './classes.ts'

const shapes = {
  pinned: 'passed',
  held: 'held',
  absent: 'not reached',
} as const satisfies Record<Capability['state'], StationState>

export const sayCapabilityState = ({ say }: Words, state: Capability['state']): string =>
  say(`catalog.capability.${state}`)

const kinds: Readonly<Record<Capability['kind'], Key>> = {
  tool: 'catalog.kind.tool',
  prompt: 'catalog.kind.prompt',
  resource: 'catalog.kind.resource',
  template: 'catalog.kind.template',
  operation: 'catalog.kind.operation',
}
export const sayKind = ({ say }: Words, kind: Capability['kind']): string => say(kinds[kind])

/** The columns that say what something is; how it is classified is for the page to draw. */
export const capabilityColumns = <R extends Capability>(
  words: Words,
  drawClass: (row: R) => ReactNode,
): readonly Column<R>[] => {
  const { say } = words
  return [
    {
      id: 'name',
      title: say('catalog.capability'),
      text: ({ name }) => name,
      cell: ({ name }) => (
        <code className={styles.name} title={name}>
          {name}
        </code>
      ),
    },
    { id: 'class', title: say('catalog.class'), width: 200, cell: drawClass },
    {
      id: 'suggestion',
      title: say('catalog.suggestion'),
      cell: ({ suggestion }) => {
        if (!suggestion) return '—'
        return suggestion.class ? say(`ui.class.${suggestion.class}`) : say('catalog.unsure')
      },
      filter: ({ suggestion }) =>
        suggestion && { field: 'suggestion', value: suggestion.class ?? 'unsure' },
    },
    {
      id: 'because',
      title: say('catalog.because'),
      cell: (row) => <Because row={row} words={words} />,
    },
    {
      id: 'kind',
      title: say('catalog.kind'),
      cell: ({ kind }) => sayKind(words, kind),
      filter: ({ kind }) => ({ field: 'kind', value: kind }),
    },
    {
      id: 'state',
      title: say('catalog.status'),
      cell: (row) => (
        <Outcome
          state={
            row.class === 'unclassified' && row.state === 'pinned'
              ? 'not reached'
              : shapes[row.state]
          }
        >
          {row.class === 'unclassified' && row.state === 'pinned'
            ? say('catalog.capability.new')
            : sayCapabilityState(words, row.state)}
        </Outcome>
      ),
      filter: ({ state }) => ({ field: 'state', value: state }),
    },
    {
      id: 'labels',
      title: say('catalog.labels'),
      optional: true,
      cell: ({ labels }) => labels.join(', ') || '—',
    },
  ]
}

/** Why it is suggested, as the scan says it; what should be read first goes before it. */
const Because = ({ row, words }: { readonly row: Capability; readonly words: Words }) => {
  const { findings, suggestion, renamedFrom } = row
  const serious = findings.filter(({ severity }) => severity === 'serious').length
  return (
    <span className={styles.because}>
      {serious > 0 && (
        <Outcome state="held">{words.say('catalog.suspicious', { count: serious })}</Outcome>
      )}
      <span>
        {renamedFrom !== undefined && <>{words.say('catalog.renamed', { name: renamedFrom })} · </>}
        {suggestion?.because ?? ''}
      </span>
    </span>
  )
}
