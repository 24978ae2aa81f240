import type { ApiKeyInfo } from '#manager/api-keys.ts'
import type { Invocation } from '../command.ts'
import { type Column, printRows } from '../rows.ts'
import { printJson } from '../terminal.ts'
import { dayAndTime, rfc3339 } from '../when.ts'

export const run = async ({
  args: [client],
  options,
  terminal,
  fields,
  control,
}: Invocation): Promise<number> => {
  const rows = await (await control()).ask('apiKeys', { plane: options.text('plane'), client })
  if (terminal.json) printJson(terminal, rows.map(apiKeyJson), fields)
  else if (rows.length === 0) terminal.say('No API key.')
  else printRows(terminal, columns, rows)
  return 0
}

export const apiKeyJson = ({
  plane,
  client,
  id,
  label,
  scopes,
  state,
  madeBy,
  ...times
}: ApiKeyInfo): object => ({
  ...{ plane, client, id, label, scopes, state, madeBy },
  madeAt: rfc3339(times.madeAt),
  endsAt: rfc3339(times.endsAt),
})

const columns: Column<ApiKeyInfo>[] = [
  { key: 'plane', cell: ({ plane }) => plane },
  { key: 'client', cell: ({ client }) => client },
  { key: 'key', cell: ({ id }) => id },
  {
    key: 'state',
    cell: ({ state }) => state,
    colour: ({ state }) => (state === 'revoked' ? 'bad' : undefined),
  },
  { key: 'ends', cell: ({ endsAt }) => dayAndTime(endsAt) },
  { key: 'scopes', cell: ({ scopes }) => scopes.join(' '), least: 8 },
  { key: 'label', cell: ({ label }) => label, least: 8 },
  { key: 'made by', cell: ({ madeBy }) => madeBy, least: 8 },
]
