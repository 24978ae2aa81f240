import type { ServerRow } from '#manager/servers.ts'
import type { Invocation } from '../command.ts'
import { type Column, printRows } from '../rows.ts'
import { printJson, type Terminal } from '../terminal.ts'
import { serverColumns, serverJson } from './status.ts'

export const run = async ({ options, terminal, fields, control }: Invocation): Promise<number> => {
  const rows = await (await control()).ask('serverList', { plane: options.text('plane') })
  if (terminal.json) printJson(terminal, rows.map(itemJson), fields)
  else if (rows.length === 0) terminal.say('No server yet.')
  else printRows(terminal, columns(terminal, rows), rows)
  return 0
}

/** Where all are published servers, nothing is said of that. */
const columns = (terminal: Terminal, rows: readonly ServerRow[]): Column<ServerRow>[] => {
  const hasApi = rows.some(({ kind }) => kind === 'API')
  const [server, ...others] = serverColumns<ServerRow>(terminal)
  return [
    { key: 'plane', cell: ({ plane }) => plane },
    ...(server ? [server] : []),
    { key: 'kind', cell: ({ kind }) => (hasApi ? kind : '') },
    {
      key: 'life',
      cell: ({ lifeCycle }) => (lifeCycle === 'published' ? '' : lifeCycle),
      colour: () => 'wait',
    },
    ...others,
  ]
}

/** Every field stands, with null where there is nothing to say. */
export const itemJson = <R extends ServerRow>(row: R): object => ({
  ...serverJson(row),
  description: row.description ?? null,
  documentation: row.documentation ?? null,
})
