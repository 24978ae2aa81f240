import type { AgentRow } from '#manager/agents.ts'
import type { Invocation } from '../command.ts'
import { type Column, printRows } from '../rows.ts'
import { printJson } from '../terminal.ts'

export const run = async ({ options, terminal, fields, control }: Invocation): Promise<number> => {
  const rows = await (await control()).ask('agentList', { plane: options.text('plane') })
  if (terminal.json) printJson(terminal, rows, fields)
  else if (rows.length === 0) terminal.say('No agent yet.')
  else printRows(terminal, columns, rows)
  return 0
}

const columns: Column<AgentRow>[] = [
  { key: 'plane', cell: ({ plane }) => plane },
  { key: 'agent', cell: ({ agent }) => agent },
  { key: 'consumers', cell: ({ consumers }) => consumers.join(' '), least: 9 },
  { key: 'authenticates', cell: ({ authenticates }) => authenticates },
  { key: 'grants', align: 'right', cell: ({ grants }) => String(grants) },
  { key: 'owner', cell: ({ owner }) => owner, least: 8 },
]
