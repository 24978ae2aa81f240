import type { OperationInput } from '#edge/control/operations.ts'
import type { CallRow } from '#manager/asking.ts'
import { pathOf } from '#manager/call-path.ts'
import { overview } from '../call-overview.ts'
import type { Invocation, Options } from '../command.ts'
import { lookOn, on, sum, tellBeside } from '../looking.ts'
import { type Column, printRows } from '../rows.ts'
import { capabilityOf, drawStrip, tellIndexed, tellResult } from '../strip.ts'
import { printJson, type Terminal } from '../terminal.ts'
import { grouped, rfc3339, shortTime } from '../when.ts'

export const run = async (invocation: Invocation): Promise<number> => {
  const { before: _, ...overall } = readAsked(invocation.options)
  const told = await overview(invocation, overall)
  if (told !== undefined) return told
  const asked = readAsked(invocation.options)
  return invocation.options.flag('count') ? count(invocation, asked) : list(invocation, asked)
}

type Asked = Omit<OperationInput<'callCount'>, 'before'> & { readonly before: number | undefined }

const readAsked = (options: Options): Asked => {
  const isGiven = options.text('before') !== undefined
  const before = { least: 1, most: 999_999_999, otherwise: 0 }
  return {
    plane: options.text('plane'),
    agent: options.text('agent'),
    consumer: options.text('consumer'),
    user: options.text('user'),
    server: options.text('server'),
    capability: [...options.list('capability')],
    result: [...options.list('result')],
    since: options.text('since'),
    until: options.text('until'),
    where: [...options.list('where')],
    before: isGiven ? options.count('before', before) : undefined,
  }
}

const list = async (invocation: Invocation, asked: Asked): Promise<number> => {
  const { options, terminal, fields, io } = invocation
  const most = options.count('most', { least: 1, most: 1000, otherwise: 20 })
  const pages = await lookOn(invocation, await askPages(invocation, asked, most), {
    isEnough: ({ items }) => items.length >= most,
    goOn: (page) => askPages(invocation, { ...asked, ...on(page) }, most - page.items.length),
    join: (page, more) => ({ ...more, items: [...page.items, ...more.items] }),
  })
  const asksArguments = asked.where?.some((one) => one.startsWith('arg.')) === true
  const all = pages.flatMap(({ items }) => items)
  const rows = all.sort((a, b) => b.at - a.at || b.position - a.position).slice(0, most)
  if (terminal.json) printJson(terminal, rows.map(toJson), fields)
  else if (rows.length === 0) terminal.say(isOpen(asked) ? 'No call yet.' : 'No such call.')
  else printRows(terminal, columns(terminal, rows, { now: io.now(), asksArguments }), rows)
  tellBeside(terminal, pages)
  const [only, ...others] = pages
  if (only?.next !== undefined && others.length === 0)
    terminal.hint(`Older ones: add --before ${only.next}`)
  return 0
}

const count = async (invocation: Invocation, asked: Asked): Promise<number> => {
  const { terminal } = invocation
  const control = await invocation.control()
  const parts = await lookOn(invocation, await control.ask('callCount', asked), {
    isEnough: () => false,
    goOn: (part) => control.ask('callCount', { ...asked, ...on(part) }),
    join: (part, more) => ({ ...more, count: part.count + more.count }),
  })
  const total = sum(parts.map((part) => part.count))
  const unnamed = sum(parts.map((part) => part.unnamed))
  if (terminal.json) printJson(terminal, { count: total, unnamed }, [])
  else terminal.out(String(total))
  tellBeside(terminal, parts)
  return 0
}

const askPages = async ({ control }: Invocation, asked: Asked, most: number) =>
  (await control()).ask('calls', { ...asked, most })

const isOpen = ({ plane, before, ...asked }: Asked): boolean =>
  Object.values(asked).every((one) => one === undefined || one.length === 0)

const toJson = (row: CallRow): object => ({
  ...row,
  at: rfc3339(row.at),
  user: row.user ?? null,
  apiKey: row.apiKey ?? null,
  template: row.template ?? null,
  class: row.class ?? null,
  run: row.run ?? null,
  trace: row.trace ?? null,
  reason: row.reason ?? null,
  quota: row.quota ?? null,
  grant: row.grant ?? null,
  outcome: row.outcome ?? null,
  path: pathOf(row),
})

const columns = (
  terminal: Terminal,
  rows: readonly CallRow[],
  { now, asksArguments }: { now: number; asksArguments: boolean },
): Column<CallRow>[] => {
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
    { key: 'arguments', cell: tellIndexed, least: 6, hidden: !asksArguments },
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
