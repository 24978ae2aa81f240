import type { SuspensionRow } from '#manager/suspensions.ts'
import type { Invocation } from '../command.ts'
import { type Column, printRows } from '../rows.ts'
import { printJson } from '../terminal.ts'
import { rfc3339, shortTime } from '../when.ts'

export const run = async ({
  options,
  terminal,
  fields,
  io,
  control,
}: Invocation): Promise<number> => {
  const rows = await (await control()).ask('suspensions', { plane: options.text('plane') })
  if (terminal.json)
    printJson(
      terminal,
      rows.map((row) => ({ ...row, at: rfc3339(row.at) })),
      fields,
    )
  else if (rows.length === 0) terminal.say('Nothing is suspended.')
  else printRows(terminal, columns(io.now()), rows)
  return 0
}

const columns = (now: number): Column<SuspensionRow>[] => [
  { key: 'plane', cell: ({ plane }) => plane },
  { key: 'kind', cell: ({ kind }) => kind },
  { key: 'name', cell: ({ name }) => name, least: 8 },
  { key: 'since', cell: ({ at }) => shortTime(at, now) },
  { key: 'by', cell: ({ by }) => by, least: 8 },
  { key: 'why', cell: ({ reason }) => reason, least: 12, yields: true },
  { key: 'revision', align: 'right', cell: ({ revision }) => String(revision), hidden: true },
]
