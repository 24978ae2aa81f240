import type { CallDifference, CallFacets, CallHistogram } from '#manager/overview.ts'
import { type Column, printRows } from './rows.ts'
import type { Terminal } from './terminal.ts'
import { grouped, shortTime } from './when.ts'

const widest = 24

/** Of the greatest one; what is not nothing shows. */
const barOf = (terminal: Terminal, part: number): string =>
  terminal.glyph('bar').repeat(part <= 0 ? 0 : Math.max(1, Math.round(part * widest)))

export const printHistogram = (
  terminal: Terminal,
  { bars, stepMs }: CallHistogram,
  now: number,
): void => {
  const most = Math.max(...bars.map(({ count }) => count))
  type Bar = CallHistogram['bars'][number]
  const number = (key: keyof Bar['decisions']): Column<Bar> => ({
    key,
    align: 'right',
    cell: ({ decisions }) => (decisions[key] === 0 ? '' : grouped(decisions[key])),
  })
  printRows<Bar>(
    terminal,
    [
      { key: 'from', cell: ({ at }) => (stepMs < dayMs ? shortTime(at, now) : day(at)) },
      { key: 'calls', align: 'right', cell: ({ count }) => grouped(count) },
      { key: 'bar', cell: ({ count }) => barOf(terminal, count / most) },
      number('permitted'),
      number('denied'),
      number('limited'),
      number('held'),
    ],
    bars,
  )
}
const dayMs = 86_400_000
const day = (at: number): string => new Date(at).toISOString().slice(0, 10)

export const printFacets = (
  terminal: Terminal,
  { facets, total }: CallFacets,
  now: number,
): void => {
  for (const [n, { field, values, others }] of facets.entries()) {
    if (n > 0) terminal.out('')
    type Value = (typeof values)[number]
    const rest = { value: '', count: others, first: 0, last: 0 }
    printRows<Value>(
      terminal,
      [
        { key: field, cell: ({ value }) => value || 'others', least: 10 },
        { key: 'calls', align: 'right', cell: ({ count }) => grouped(count) },
        { key: 'bar', cell: ({ count }) => barOf(terminal, count / total) },
        { key: 'first', cell: ({ first }) => (first === 0 ? '' : shortTime(first, now)) },
        { key: 'last', cell: ({ last }) => (last === 0 ? '' : shortTime(last, now)) },
      ],
      others > 0 ? [...values, rest] : values,
    )
  }
}

export const printDifference = (terminal: Terminal, { values }: CallDifference): void =>
  printRows<CallDifference['values'][number]>(
    terminal,
    [
      { key: 'field', cell: ({ field }) => field },
      { key: 'value', cell: ({ value }) => value, least: 10 },
      { key: 'calls', align: 'right', cell: ({ count }) => grouped(count) },
      { key: 'these', align: 'right', cell: ({ share }) => percent(share) },
      { key: 'rest', align: 'right', cell: ({ restShare }) => percent(restShare) },
      { key: 'bar', cell: ({ share }) => barOf(terminal, share) },
    ],
    values,
  )

const percent = (share: number): string => `${Math.round(share * 100)} %`
