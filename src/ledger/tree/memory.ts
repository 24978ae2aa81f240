import type { Clock } from '#lib/clock.ts'
import type { CheckpointRow, TreeStanding } from '#store/store.ts'
import { type Claim, equal } from './check.ts'
import type { VerifiedCheckpoint } from './sign.ts'

/**
 * What this process knows of a tree, whatever the store says now: a store that was rolled back beneath
 * it is smaller than it has been, and what was signed is what no later tree may contradict.
 */
export interface Memory {
  /** As it was when it was looked at last; undefined before that. */
  readonly seen: TreeStanding | undefined
  /** The newest checkpoint, by whichever process. */
  readonly signed: CheckpointRow | undefined
  /** From nothing: as a check has found it. */
  begin(standing: TreeStanding, published: readonly VerifiedCheckpoint[]): void
  /** A generation in which nothing has been signed. */
  forget(): void
  /** Takes note of how it stands; what has fallen is told, and not taken note of. */
  fallen(standing: TreeStanding): string | undefined
  remember(row: CheckpointRow): void
  /** What a tree must have been at these sizes, each once. */
  claims(standing: TreeStanding): readonly NamedClaim[]
  /** Whether the newest checkpoint, of that time, is a minute old, whatever steps the machine's clock made. */
  isSilent(at: number): boolean
}
interface NamedClaim extends Claim {
  readonly what: string
}

const silenceMs = 60_000

export const createMemory = (clock: Clock): Memory => {
  let seen: TreeStanding | undefined
  let signed: CheckpointRow | undefined
  let signedAtMs = Number.NEGATIVE_INFINITY
  let published: readonly NamedClaim[] = []
  return {
    get seen() {
      return seen
    },
    get signed() {
      return signed
    },
    begin(standing, claimed) {
      seen = standing
      signed = standing.checkpoint
      signedAtMs = clock.elapsed()
      published = claimed.map(({ size, root }) => ({ size, root, what: 'published' }))
    },
    forget() {
      seen = signed = undefined
      published = []
    },
    fallen(standing) {
      const { generation, entries, size, checkpoint } = standing
      if (entries < size) return `cut: ${entries} entries are left of the ${size} in its tree`
      if (seen?.generation === generation) {
        if (size < seen.size)
          return `rolled back: ${size} entries are in its tree, and ${seen.size} were`
        if ((checkpoint?.number ?? 0) < (seen.checkpoint?.number ?? 0))
          return 'rolled back: its last checkpoint is gone'
      }
      seen = standing
      return undefined
    },
    remember(row) {
      if (signed?.number === row.number && signed.generation === row.generation) return
      signed = row
      signedAtMs = clock.elapsed()
      published = published.filter(({ size }) => size > row.size)
      if (seen?.generation === row.generation) seen = { ...seen, checkpoint: row }
    },
    claims({ generation, checkpoint }) {
      const own = signed?.generation === generation ? [{ ...signed, what: 'what was signed' }] : []
      const last = checkpoint ? [{ ...checkpoint, what: 'its last checkpoint' }] : []
      const all: NamedClaim[] = [...own, ...last, ...published]
      return all.filter((one, at) => !all.slice(0, at).some((other) => isSame(one, other)))
    },
    isSilent: (at) => clock.now() - at >= silenceMs || clock.elapsed() - signedAtMs >= silenceMs,
  }
}

const isSame = (one: Claim, other: Claim): boolean =>
  one.size === other.size && equal(one.root, other.root)
