import { readFileSync } from 'node:fs'
import type { DisclosedCounts } from './bundle.ts'

/** The independent verifier, as it goes into every bundle. */
export const verifier = (): Uint8Array => readFileSync(new URL('verify.py', import.meta.url))

export const readme = (
  about: {
    readonly plane: string
    readonly from: number
    readonly to: number
    readonly size: number
    readonly keys: readonly { readonly key: string }[]
  },
  disclosed: DisclosedCounts | undefined,
): Uint8Array => {
  const { plane, from, to, size, keys } = about
  return Buffer.from(`Entries ${from} to ${to} of the ledger of plane ${plane}, under a checkpoint of ${size}.

Verify it with Bailiwick, on any machine and without the installation that it is from:

    bailiwick verify FOLDER --key KEY

or with Python 3 and OpenSSL 3 alone, by a program that shares no code with Bailiwick:

    python3 verify.py FOLDER --key KEY

Take verify.py from a copy of your own, not from a bundle whose maker you doubt.

KEY is the ledger's verifier key as it was handed to you by another way. Without it, both programs hold
the bundle against the keys that it brings along:

${keys.map(({ key }) => `    ${key}`).join('\n')}

A checkpoint that you kept shows whether the ledger was cut off, restored from an older copy or forked:

    bailiwick verify FOLDER --key KEY --checkpoint FILE

${disclosed === undefined ? '' : texts(disclosed)}Exit code 0: everything holds. 3: something does not, and is named. 2: the command was not understood.
The format: manifest.json names every file; docs/ledger-format.md of Bailiwick describes each.
`)
}

const reasons = {
  erased: 'were erased: their keys are destroyed',
  pruned: 'were older than the plane keeps them',
  digest: 'were recorded as a digest alone',
  altered: 'are not what their entries say, or do not open',
} as const

/** Whoever was given texts knows which are not among them, and why. */
const texts = (counts: DisclosedCounts): string => {
  const left = Object.entries(reasons).flatMap(([because, says]) => {
    const count = counts.get(because as keyof typeof reasons) ?? 0
    return count === 0 ? [] : [`    ${count} ${says}\n`]
  })
  const begin = `disclosed.jsonl holds ${counts.get('disclosed') ?? 0} arguments and results in the clear.`
  return left.length === 0
    ? `${begin} None was left out.\n\n`
    : `${begin} Left out:\n\n${left.join('')}\n`
}
