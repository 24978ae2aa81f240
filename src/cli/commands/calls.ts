import type { CallRow } from '#manager/calls.ts'
import type { Invocation } from '../command.ts'
import { type Column, printRows } from '../rows.ts'
import { capabilityOf, drawStrip, pathOf, tellResult } from '../strip.ts'
import { printJson, type Terminal } from '../terminal.ts'
import { grouped, rfc3339, shortTime } from '../when.ts'

export const run = async (invocation: Invocation): Promise<number> => {
  const { options, terminal, fields, io, control } = invocation
  const most = options.count('most', { least: 1, most: 1000, otherwise: 20 })
  const rows = await (await control()).ask('calls', {
    plane: options.text('plane'),
    agent: options.text('agent'),
    most,
  })
  if (terminal.json) printJson(terminal, rows.map(toJson), fields)
  else if (rows.length === 0) terminal.say('No call yet.')
  else printRows(terminal, columns(terminal, io.now(), rows), rows)
  return 0
}

const toJson = (row: CallRow): object => ({
  ...row,
  at: rfc3339(row.at),
  user: row.user ?? null,
  outcome: row.outcome ?? null,
  path: pathOf(row),
})

const columns = (terminal: Terminal, now: number, rows: readonly CallRow[]): Column<CallRow>[] => {
  const several = (of: (row: CallRow) => string) => new Set(rows.map(of)).size > 1
  const severalConsumers = several(({ consumer }) => consumer)
  return [
    { key: 'time', cell: ({ at }) => shortTime(at, now) },
    {
      key: 'path',
      cell: (row) => drawStrip(pathOf(row), { ascii: terminal.ascii, paint: (text) => text }),
      draw: (row) => drawStrip(pathOf(row), terminal),
    },
    { key: 'plane', cell: ({ plane }) => plane, hidden: !several((row) => row.plane) },
    {
      key: 'agent',
      cell: ({ agent, consumer }) => (severalConsumers ? `${agent}@${consumer}` : agent),
      least: 8,
    },
    { key: 'user', cell: ({ user }) => user ?? '', least: 6 },
    { key: 'consumer', cell: ({ consumer }) => consumer, hidden: true },
    { key: 'capability', cell: capabilityOf, least: 10 },
    { key: 'result', cell: tellResult, least: 10 },
    {
      key: 'ms',
      align: 'right',
      cell: ({ outcome }) => (outcome ? grouped(Math.round(outcome.ms)) : ''),
    },
    // The first 14 characters hold the time to the millisecond: enough to ask `why` by.
    { key: 'call', cell: ({ call }) => call, least: 15, yields: true },
  ]
}
