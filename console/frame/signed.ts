import { ago } from '../parts/instant.ts'
import type { Words } from '../words/words.ts'

interface Ledger {
  readonly ledger: string
  readonly tree: {
    readonly checkpoint?: { readonly size: number; readonly at: number }
  }
}

/** How far the ledger is signed; of several, since when all of those that are signed have been. */
export const saySigned = (
  { say, language }: Words,
  planes: readonly Ledger[],
  now: number,
): string => {
  const signed = planes.flatMap(({ tree }) => tree.checkpoint ?? [])
  const [first] = signed
  if (!first) return say('frame.trust.unsigned')
  const when = ago(Math.min(...signed.map(({ at }) => at)), now, language)
  if (planes.length === 1) return say('frame.trust.ledger', { size: first.size, when })
  // What is refused may well have been signed; the bar above says what is wrong with it.
  const unsigned = planes.filter(
    ({ ledger, tree }) => ledger !== 'refused' && tree.checkpoint === undefined,
  ).length
  return say('frame.trust.ledgers', { count: signed.length, when, unsigned })
}
