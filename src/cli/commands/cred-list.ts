import type { CredentialRow } from '#manager/credentials.ts'
import type { Invocation } from '../command.ts'
import { type Column, printRows } from '../rows.ts'
import { printJson } from '../terminal.ts'
import { dayAndTime, rfc3339 } from '../when.ts'

export const run = async ({ options, terminal, fields, control }: Invocation): Promise<number> => {
  const rows = await (await control()).ask('credList', { plane: options.text('plane') })
  if (terminal.json)
    printJson(
      terminal,
      rows.map((row) => ({
        ...row,
        version: row.version ?? null,
        at: row.at === undefined ? null : rfc3339(row.at),
      })),
      fields,
    )
  else if (rows.length === 0) terminal.say('No credential yet.')
  else printRows(terminal, columns, rows)
  return 0
}

const columns: Column<CredentialRow>[] = [
  { key: 'plane', cell: ({ plane }) => plane },
  { key: 'credential', cell: ({ credential }) => credential },
  {
    key: 'version',
    align: 'right',
    cell: ({ version }) => (version === undefined ? 'not set' : String(version)),
    colour: ({ version }) => (version === undefined ? 'bad' : undefined),
  },
  { key: 'set', cell: ({ at }) => (at === undefined ? '' : dayAndTime(at)) },
  { key: 'servers', cell: ({ servers }) => servers.join(' '), least: 8 },
  { key: 'owner', cell: ({ owner }) => owner, least: 8 },
]
