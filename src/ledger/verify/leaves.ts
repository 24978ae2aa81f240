import type { Hash } from '#lib/merkle.ts'
import type { Findings } from './findings.ts'

/** The leaf hashes that were kept of a ledger beside its entries, to name what was changed. */
export interface KeptLeaves {
  of(position: number): Hash | undefined
  /** The file in which that of an entry lies, and its place there. */
  where(position: number): { readonly file: string; readonly place: number }
}

interface LeafCheck {
  take(position: number, hash: Hash): void
  /** A checkpoint shows whether the entries are what was signed; if so, their hashes were changed. */
  settle(isSigned: boolean): void
}

/**
 * Holds the hash of each entry against the one that was kept of it, and says what became of the first
 * that differs. The tree alone says that something differs; this says what.
 */
export const createLeafCheck = (kept: KeptLeaves | undefined, findings: Findings): LeafCheck => {
  if (kept === undefined) return { take() {}, settle() {} }
  let shifted = false
  let open: { readonly position: number; readonly says: string }[] = []

  const settle = (isSigned: boolean): void => {
    for (const { position, says } of open) {
      const { file, place } = kept.where(position)
      if (!isSigned) findings.add(`entry ${position}`, says)
      else findings.add(file, `its hash ${place} was changed: entry ${position} is what was signed`)
    }
    open = []
  }

  return {
    settle,
    take(position, hash) {
      if (shifted) return
      const there = kept.of(position)
      if (there !== undefined && same(there, hash)) return
      const is = (at: number): boolean => {
        const other = kept.of(at)
        return other !== undefined && same(other, hash)
      }
      const { text, shifts } = whatBecame(position, there, is)
      // What follows is out of step with its hashes, and would be told of every entry.
      shifted = shifts
      open.push({ position, says: text })
      if (open.length >= mostOpen) settle(false)
    },
  }
}

const mostOpen = 100

/** So far an entry is looked for beside its place. */
const reach = 1000

const whatBecame = (
  position: number,
  kept: Hash | undefined,
  is: (position: number) => boolean,
): { text: string; shifts: boolean } => {
  if (kept === undefined) return { text: 'nothing was recorded at this position', shifts: true }
  if (is(position - 1)) return { text: `it is entry ${position - 1} again`, shifts: true }
  if (is(position + 1))
    return { text: `it is entry ${position + 1}: entry ${position} is missing`, shifts: true }
  for (let at = position + 2; at < position + reach; at++)
    if (is(at)) return { text: `entry ${at} stands in its place`, shifts: false }
  for (let at = position - 2; at > position - reach && at > 0; at--)
    if (is(at)) return { text: `entry ${at} stands in its place`, shifts: false }
  return { text: 'it is not what was recorded: it has another hash', shifts: false }
}

const same = (a: Hash, b: Hash): boolean => Buffer.compare(a, b) === 0
