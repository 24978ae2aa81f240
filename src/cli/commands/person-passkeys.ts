import type { PersonsPasskey } from '#manager/passkeys.ts'
import type { Invocation } from '../command.ts'
import { type Column, printRows } from '../rows.ts'
import { printJson } from '../terminal.ts'
import { dayAndTime, rfc3339 } from '../when.ts'

export const run = async ({
  args: [person = ''],
  terminal,
  fields,
  control,
}: Invocation): Promise<number> => {
  const rows = await (await control()).ask('passkeys', { person })
  if (terminal.json) printJson(terminal, rows.map(asJson), fields)
  else if (rows.length === 0) terminal.say('No passkey.')
  else printRows(terminal, columns, rows)
  return 0
}

const asJson = ({ madeAt, usedAt, ...one }: PersonsPasskey): object => ({
  ...one,
  madeAt: rfc3339(madeAt),
  usedAt: usedAt === undefined ? undefined : rfc3339(usedAt),
})

const columns: Column<PersonsPasskey>[] = [
  { key: 'person', cell: ({ person }) => person },
  { key: 'passkey', cell: ({ id }) => id },
  { key: 'called', cell: ({ label }) => label, least: 8 },
  { key: 'made', cell: ({ madeAt }) => dayAndTime(madeAt) },
  { key: 'used', cell: ({ usedAt }) => (usedAt === undefined ? 'never' : dayAndTime(usedAt)) },
]
