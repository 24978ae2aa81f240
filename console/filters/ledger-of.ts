import { paths } from '../paths.ts'
import { writeSearch, writeValues } from './grammar.ts'

/** Fields of the Ledger's address: what calls are of. */
export type CallsOf = Readonly<
  Partial<
    Record<'agent' | 'consumer' | 'server' | 'capability' | 'grant' | 'outcome' | 'class', string>
  >
>

/**
 * The Ledger with exactly the calls of an object since so long ago. Pages of objects lead there by this
 * and nothing else, so that none opens it unfiltered (console.md §1.2, row 4).
 */
export const ledgerOf = (of: CallsOf, { plane, t }: { plane: string; t: string }): string => {
  const filters = Object.entries(of).map(([field, value]) => [`f.${field}`, writeValues([value])])
  return `${paths.ledger()}${writeSearch({ plane, t, ...Object.fromEntries(filters) })}`
}
