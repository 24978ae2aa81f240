import type { ReactNode } from 'react'
import { PlaneName } from '../../parts/planes.tsx'
import { RowStrip } from '../../parts/Strip.tsx'
import { When } from '../../parts/when.tsx'
import { paths } from '../../paths.ts'
import { Go } from '../../ui/Go.tsx'
import type { Column } from '../../ui/Table.tsx'
import type { Words } from '../../words/words.ts'
import { capabilityOf } from './capability.ts'
import { sayValue, titleOf } from './fields.ts'
import type { CallRow } from './merge.ts'

/** Arguments as entries hold them: those that are indexed, personal ones as a keyed hash. */
export const argumentsOf = (row: CallRow): string =>
  Object.entries(row.indexed)
    .map(([name, value]) => `${name} ${toldArgument(value)}`)
    .join('  ')

export const toldArgument = (value: string | true | null): string => {
  if (value === null) return '—'
  return value === true || /^hmac2?:/.test(value) ? '••••' : value
}

export const columnsOf = (words: Words, hasPlanes: boolean): readonly Column<CallRow>[] => {
  const { say, number } = words
  const plain = (
    field: 'agent' | 'consumer' | 'server' | 'user' | 'run' | 'trace' | 'grant' | 'reason',
    more: Partial<Column<CallRow>> = {},
  ): Column<CallRow> => ({
    id: field,
    title: titleOf(words, field),
    cell: (row) => <code>{row[field] ?? ''}</code>,
    text: (row) => row[field] ?? '',
    filter: (row) => valued(field, row[field]),
    ...more,
  })
  return [
    {
      id: 'at',
      title: say('ledger.column.at'),
      cell: ({ at }) => <When at={at} how="list" />,
      text: ({ at }) => new Date(at).toISOString(),
      width: 104,
    },
    {
      id: 'path',
      title: say('ledger.column.path'),
      cell: (row) => <Counted row={row}>{<RowStrip path={row.path} />}</Counted>,
      width: 148,
    },
    plain('agent', { width: 96 }),
    plain('consumer', { width: 104 }),
    {
      id: 'capability',
      title: titleOf(words, 'capability'),
      cell: (row) => <code>{capabilityOf(row)}</code>,
      text: capabilityOf,
      filter: (row) => (row.name === '' ? undefined : valued('capability', capabilityOf(row))),
    },
    {
      id: 'arguments',
      title: say('ledger.column.arguments'),
      cell: (row) => <code>{argumentsOf(row)}</code>,
      text: argumentsOf,
    },
    {
      id: 'ms',
      title: say('ledger.column.ms'),
      cell: ({ outcome }) => (outcome ? number(Math.round(outcome.ms)) : ''),
      align: 'right',
      width: 48,
    },
    {
      id: 'plane',
      title: say('frame.plane'),
      cell: ({ plane }) => <PlaneName plane={plane} />,
      width: 96,
      optional: !hasPlanes,
    },
    {
      id: 'position',
      title: say('ledger.column.position'),
      cell: ({ plane, position }) => (
        <Go
          to={`${paths.entry(position)}?plane=${plane}`}
          tabIndex={-1}
          onClick={(event) => event.stopPropagation()}
        >
          #{number(position)}
        </Go>
      ),
      text: ({ position }) => String(position),
      align: 'right',
      width: 72,
      optional: true,
    },
    {
      id: 'class',
      title: titleOf(words, 'class'),
      cell: ({ class: one }) => (one ? sayValue(words, 'class', one) : ''),
      filter: ({ class: one }) => valued('class', one),
      optional: true,
    },
    ...(['server', 'user', 'grant', 'reason', 'run', 'trace'] as const).map((field) =>
      plain(field, { optional: true }),
    ),
    {
      id: 'method',
      title: titleOf(words, 'method'),
      cell: ({ method }) => <code>{method}</code>,
      optional: true,
    },
    {
      id: 'bytes',
      title: say('ledger.column.bytes'),
      cell: ({ outcome }) => (outcome ? number(outcome.resultBytes) : ''),
      align: 'right',
      optional: true,
    },
  ]
}

const valued = (field: string, value: string | undefined) => (value ? { field, value } : undefined)

/** A flood of equal refusals is one row, and says of how many. */
const Counted = ({ row, children }: { readonly row: CallRow; readonly children: ReactNode }) =>
  row.count === 1 ? (
    children
  ) : (
    <span>
      {children} ×{row.count}
    </span>
  )
