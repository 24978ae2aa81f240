import type { ServerRow } from '#manager/servers.ts'
import type { Invocation } from '../command.ts'
import { printRows } from '../rows.ts'
import { printJson } from '../terminal.ts'
import { serverColumns, serverJson } from './status.ts'

export const run = async ({ options, terminal, fields, control }: Invocation): Promise<number> => {
  const rows = await (await control()).ask('serverList', { plane: options.text('plane') })
  if (terminal.json) printJson(terminal, rows.map(serverJson), fields)
  else if (rows.length === 0) terminal.say('No server yet.')
  else
    printRows(
      terminal,
      [{ key: 'plane', cell: ({ plane }) => plane }, ...serverColumns<ServerRow>(terminal)],
      rows,
    )
  return 0
}
