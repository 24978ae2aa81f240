import type { ServerRow } from '#edge/control/servers.ts'
import type { Invocation } from '../command.ts'
import { printRows } from '../rows.ts'
import { printJson } from '../terminal.ts'
import { rfc3339 } from '../when.ts'
import { serverColumns } from './status.ts'

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

/** Every field stands, with null where there is nothing to say. */
export const serverJson = <R extends ServerRow>(row: R): object => ({
  ...row,
  title: row.title ?? null,
  since: row.since === undefined ? null : rfc3339(row.since),
  legacy: row.legacy ?? null,
  isolation: row.isolation ?? null,
  restarts: row.restarts ?? null,
  credential: row.credential ?? null,
  credentialVersion: row.credentialVersion ?? null,
})
