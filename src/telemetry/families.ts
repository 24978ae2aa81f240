import { createFamily, createSpreads, type Family, type Spread } from './family.ts'
import { rows } from './rows.ts'

type Name = keyof typeof rows
type SpreadName = { [N in Name]: (typeof rows)[N]['kind'] extends 'histogram' ? N : never }[Name]

/** All figures of this process; they begin at zero with it. */
export type Families = { readonly [N in Name]: N extends SpreadName ? Family<Spread> : Family }

/** `most`: series of each. */
export const createFamilies = (most: number): Families =>
  Object.fromEntries(
    Object.entries(rows).map(([name, row]) => [
      name,
      row.kind === 'histogram' ? createSpreads(row, most) : createFamily(row, most),
    ]),
  ) as unknown as Families
