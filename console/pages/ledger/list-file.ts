import { csvLine } from '../../ui/csv.ts'
import { capabilityOf } from './capability.ts'
import type { CallRow } from './merge.ts'

export const formats = ['csv', 'jsonl'] as const
export type Format = (typeof formats)[number]

/** Columns of the file, in the words of the API whatever the language of the page is. */
const columns = {
  at: ({ at }) => new Date(at).toISOString(),
  plane: ({ plane }) => plane,
  position: ({ position }) => String(position),
  call: ({ call }) => call,
  agent: ({ agent }) => agent,
  consumer: ({ consumer }) => consumer,
  user: ({ user }) => user,
  capability: capabilityOf,
  class: (row) => row.class,
  decision: ({ decision }) => decision,
  station: ({ station }) => station,
  because: ({ because }) => because,
  grant: ({ grant }) => grant,
  status: ({ outcome }) => outcome?.status,
  code: ({ outcome }) => outcome?.code,
  ms: ({ outcome }) => outcome && String(outcome.ms),
  count: ({ count }) => String(count),
  arguments: ({ indexed }) => (Object.keys(indexed).length > 0 ? JSON.stringify(indexed) : ''),
  run: ({ run }) => run,
  trace: ({ trace }) => trace,
} as const satisfies Readonly<Record<string, (row: CallRow) => string | undefined>>

/** Calls as a file: a line for each; what JSON Lines hold is what the API answers. */
export const listFile = (format: Format, rows: readonly CallRow[]): string =>
  format === 'jsonl'
    ? rows.map((row) => `${JSON.stringify(row)}\n`).join('')
    : [
        csvLine(Object.keys(columns)),
        ...rows.map((row) => csvLine(Object.values(columns).map((tell) => tell(row) ?? ''))),
      ].join('')
