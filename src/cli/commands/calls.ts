import type { OperationInput } from '#edge/control/operations.ts'
import type { CallRow, Unknown } from '#manager/asking.ts'
import { oneLine } from '../cells.ts'
import type { Invocation, Options } from '../command.ts'
import { type Column, printRows } from '../rows.ts'
import { capabilityOf, drawStrip, pathOf, tellResult } from '../strip.ts'
import { printJson, type Terminal } from '../terminal.ts'
import { grouped, rfc3339, shortTime } from '../when.ts'

export const run = async (invocation: Invocation): Promise<number> => {
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
  const all = pages.flatMap(({ items }) => items)
  const rows = all.sort((a, b) => b.at - a.at || b.position - a.position).slice(0, most)
  if (terminal.json) printJson(terminal, rows.map(toJson), fields)
  else if (rows.length === 0) terminal.say(isOpen(asked) ? 'No call yet.' : 'No such call.')
  else printRows(terminal, columns(terminal, io.now(), rows), rows)
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

interface Looked {
  readonly plane: string
  readonly next: number | undefined
  readonly unnamed: number
  readonly unknown: readonly Unknown[]
}

const on = ({ plane, next }: Looked) => ({ plane, before: next })

/** One question looks at a bounded part of a ledger: asks on, plane by plane, until there is enough or nothing is left. */
const lookOn = async <T extends Looked>(
  { terminal, io }: Invocation,
  first: readonly T[],
  how: {
    isEnough(found: T): boolean
    goOn(found: T): Promise<readonly T[]>
    join(found: T, more: T): T
  },
): Promise<T[]> => {
  const all: T[] = []
  let said = io.now()
  for (let found of first) {
    while (found.next !== undefined && !how.isEnough(found)) {
      const [more] = await how.goOn(found)
      if (!more) break
      found = { ...how.join(found, more), unnamed: found.unnamed + more.unnamed }
      if (!terminal.isWatched || terminal.quiet || io.now() - said < 1000) continue
      said = io.now()
      terminal.talk(`looked at ${found.plane} down to #${grouped(found.next ?? 1)}`)
    }
    all.push(found)
  }
  return all
}

const sum = (all: readonly number[]): number => all.reduce((total, one) => total + one, 0)

const isOpen = ({ plane, before, ...asked }: Asked): boolean =>
  Object.values(asked).every((one) => one === undefined || one.length === 0)

/** What an answer must not be taken for. */
const tellBeside = (terminal: Terminal, all: readonly Looked[]): void => {
  const unnamed = sum(all.map((one) => one.unnamed))
  if (unnamed > 0)
    terminal.warn(
      `${grouped(unnamed)} refusals of floods were counted without saying whose they were: they are not among these.`,
    )
  const [first, ...others] = all
  for (const { field, value, meant } of first?.unknown ?? []) {
    const isNowhere = others.every(({ unknown }) =>
      unknown.some((one) => one.field === field && one.value === value),
    )
    if (isNowhere) terminal.warn(`There is no ${field} "${oneLine(value)}" now${meant}.`)
  }
}

const toJson = (row: CallRow): object => ({
  ...row,
  at: rfc3339(row.at),
  user: row.user ?? null,
  template: row.template ?? null,
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
    { key: 'arguments', cell: tellIndexed, hidden: true },
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

/** `line=4`, for those who asked for it. */
const tellIndexed = ({ indexed }: CallRow): string =>
  Object.entries(indexed)
    .flatMap(([name, value]) => (value === null ? [] : [`${name}=${value === true ? '?' : value}`]))
    .join(' ')
