import type { Unknown } from '#manager/asking.ts'
import { oneLine } from './cells.ts'
import type { Invocation } from './command.ts'
import type { Terminal } from './terminal.ts'
import { grouped } from './when.ts'

/** What an answer about calls says beside what it found. */
export interface Looked {
  readonly plane: string
  readonly next: number | undefined
  readonly unnamed: number
  readonly unknown: readonly Unknown[]
}

/** Where to go on. */
export const on = ({ plane, next }: Looked) => ({ plane, before: next })

/** One question looks at a bounded part of a ledger: asks on, plane by plane, until there is enough or nothing is left. */
export const lookOn = async <T extends Looked>(
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

export const sum = (all: readonly number[]): number => all.reduce((total, one) => total + one, 0)

/** What an answer must not be taken for. */
export const tellBeside = (terminal: Terminal, all: readonly Looked[]): void => {
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
    if (isNowhere) terminal.warn(`There is no ${field} "${oneLine(value)}" now${meant || '.'}`)
  }
}
