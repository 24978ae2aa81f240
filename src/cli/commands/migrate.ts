import { resolve } from 'node:path'
import { systemClock } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import { bringTables, type Moved, moveStore } from '#store/move.ts'
import type { Invocation } from '../command.ts'
import { addressWithoutPassword, storeAddress } from '../store-address.ts'
import { printJson } from '../terminal.ts'

export const run = async (invocation: Invocation): Promise<number> => {
  const { options, terminal, data, fields } = invocation
  const to = addressWithoutPassword(options, 'to')
  if (to === undefined) return bring(invocation)
  const folder = resolve(data)
  const moved = await moveStore({ folder, url: to, clock: systemClock })
  if (terminal.json) printJson(terminal, moved, fields)
  else say(invocation, folder, moved)
  return 0
}

const bring = async ({ options, io, terminal }: Invocation): Promise<number> => {
  const url = storeAddress(options, io)
  if (url === undefined) {
    throw new Fault('usage', {
      detail: 'A data folder is brought up to date by the next start.',
      fix: 'bailiwick migrate --to postgres://USER@HOST/DATABASE',
    })
  }
  await bringTables(url, systemClock)
  if (terminal.json) terminal.out(JSON.stringify({ event: 'migrated' }))
  else terminal.say('The tables are those of this version.')
  return 0
}

const say = ({ terminal }: Invocation, folder: string, { tables, planes }: Moved): void => {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0)
  terminal.say(`Moved ${rows} rows of ${tables.length} tables.`)
  for (const { plane, entries, payloads, digest } of planes) {
    terminal.say(`Moved the ledger of ${plane}: ${entries} entries, ${payloads} with arguments.`)
    terminal.say(`  SHA-256 ${digest}, equal on both sides`)
  }
  terminal.say(
    `Nothing was changed in ${folder}. Keep its key file: the secrets open with it alone.`,
  )
}
