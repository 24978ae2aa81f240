import { createCompactRange, type Hash, leafHash, nodesOf, type TreeNode } from '#lib/merkle.ts'
import { readBody } from './body.ts'
import { readCheckpoint, type SignedCheckpoint } from './checkpoint.ts'
import type { Findings } from './findings.ts'
import type { LedgerKey } from './keys.ts'
import { createLeafCheck, type KeptLeaves } from './leaves.ts'
import { createPairing } from './pairing.ts'
import type { Shaped } from './shapes.ts'

/** A run of a ledger: its entries, and what is needed to hold them against its checkpoints. */
export interface LedgerRun {
  readonly plane: string
  readonly origin: string
  readonly keys: readonly LedgerKey[]
  /** Position of the first entry. */
  readonly from: number
  /** Of the nodes that cover the entries before it. */
  readonly left: readonly Hash[]
  /** Bodies in the order of positions, in batches; the leaf hash alone of an entry whose body has gone. */
  readonly entries: AsyncIterable<readonly (string | Hash)[]>
  /** Signed notes, oldest first. */
  readonly checkpoints: AsyncIterable<string>
  /** What lies behind the last entry, up to a checkpoint: of the nodes that cover it. */
  readonly right?: { readonly size: number; readonly hashes: readonly Hash[] }
  /** The leaf hash that was kept of a position, to name what was changed. */
  readonly leaf?: KeptLeaves
  /** Every perfect subtree that the entries complete, to be held against what is kept of it. */
  completed?(node: TreeNode, hash: Hash): void
  /** Each entry that has its shape. */
  entry?(position: number, entry: Shaped): void
  /** How far it is, now and then. */
  progress?(entries: number): void
}

export interface LedgerVerdict {
  readonly entries: number
  readonly checkpoints: number
  /** Of the first and the last checkpoint. */
  readonly first: SignedCheckpoint | undefined
  readonly last: SignedCheckpoint | undefined
  /** Entries that no checkpoint covers. */
  readonly uncovered: number
  readonly open: number
  /** Outcomes whose intents lie before the run. */
  readonly begunBefore: number
  /** Of a size within the run, or of the last checkpoint; undefined for all else. */
  root(size: number): Hash | undefined
}

/** Checks all of it, whatever is found; memory does not grow with the ledger. */
export const verifyLedger = async (
  run: LedgerRun,
  findings: Findings,
  rootsAt: readonly number[] = [],
): Promise<LedgerVerdict> => {
  const { from, plane } = run
  const tree = createCompactRange({ size: from - 1, hashes: run.left }, run.completed)
  const wanted = new Map<number, Hash>()
  const pairing = createPairing(from, findings)
  const leaves = createLeafCheck(run.leaf, findings)
  const checkpoints = createCheckpointCheck(run, findings, leaves.settle)

  const settle = async (): Promise<void> => {
    if (rootsAt.includes(tree.size)) wanted.set(tree.size, tree.root())
    while (checkpoints.size === tree.size) await checkpoints.hold(tree.root())
  }

  const take = (body: string | Hash): void => {
    const position = tree.size + 1
    if (typeof body !== 'string') {
      pairing.pass()
      tree.append(body)
      return
    }
    const leaf = leafHash(body)
    leaves.take(position, leaf)
    const read = readBody(body)
    if ('problem' in read) findings.add(`entry ${position}`, `it is ${read.problem}`)
    else if (read.entry.plane !== plane)
      findings.add(`entry ${position}`, `it is of plane ${read.entry.plane}, not ${plane}`)
    else {
      pairing.take(position, read.entry)
      run.entry?.(position, read.entry)
    }
    tree.append(leaf)
  }

  await checkpoints.begin(from - 1)
  await settle()
  const stops = new Set(rootsAt)
  for await (const batch of run.entries) {
    for (const body of batch) {
      take(body)
      if (checkpoints.size === tree.size || stops.has(tree.size)) await settle()
    }
    run.progress?.(tree.size - from + 1)
  }

  const to = tree.size
  const covered = checkpoints.held?.size ?? from - 1
  if (run.right !== undefined && run.right.size > to) {
    const nodes = nodesOf({ begin: to, end: run.right.size })
    for (const [at, { level }] of nodes.entries()) {
      tree.appendNode(level, run.right.hashes[at] ?? Buffer.alloc(32))
    }
    await settle()
  }
  await checkpoints.end(tree.size)
  const last = checkpoints.held
  return {
    entries: to - from + 1,
    checkpoints: checkpoints.count,
    first: checkpoints.first,
    last,
    uncovered: Math.max(0, to - Math.max(last?.size ?? from - 1, covered)),
    open: pairing.open,
    begunBefore: pairing.before,
    root: (size) => wanted.get(size) ?? (size === last?.size ? last.root : undefined),
  }
}

interface CheckpointCheck {
  /** Of the next one; undefined behind the last. */
  readonly size: number | undefined
  readonly count: number
  readonly first: SignedCheckpoint | undefined
  /** The last one whose root was the ledger's. */
  readonly held: SignedCheckpoint | undefined
  begin(size: number): Promise<void>
  /** Holds the next one against the root at its size. */
  hold(root: Hash): Promise<void>
  /** Whatever is left counts entries that are not there. */
  end(size: number): Promise<void>
}

const createCheckpointCheck = (
  run: LedgerRun,
  findings: Findings,
  settle: (isSigned: boolean) => void,
): CheckpointCheck => {
  const notes = run.checkpoints[Symbol.asyncIterator]()
  let next: SignedCheckpoint | undefined
  let before: SignedCheckpoint | undefined
  let first: SignedCheckpoint | undefined
  let held: SignedCheckpoint | undefined
  let count = 0
  let broken = false

  const where = (): string => `checkpoint ${count} (${next?.size ?? 0} entries)`

  const advance = async (): Promise<void> => {
    before = next ?? before
    next = undefined
    for (;;) {
      const { value, done } = await notes.next()
      if (done === true) return
      count++
      const read = readCheckpoint(value, run)
      if ('problem' in read) {
        findings.add(`checkpoint ${count}`, read.problem)
        continue
      }
      next = read
      first ??= read
      for (const problem of orderProblems(before, read, run.keys)) findings.add(where(), problem)
      return
    }
  }

  /** Sizes that fall, or lie outside of the run, never meet the tree. */
  const skipBelow = async (size: number): Promise<void> => {
    while (next !== undefined && next.size < size) await advance()
  }

  return {
    get size() {
      return next?.size
    },
    get count() {
      return count
    },
    get first() {
      return first
    },
    get held() {
      return held
    },
    async begin(size) {
      await advance()
      await skipBelow(size)
    },
    async hold(root) {
      if (next === undefined) return
      const size = next.size
      const isSigned = Buffer.compare(root, next.root) === 0
      settle(isSigned)
      if (isSigned) held = next
      else if (!broken) {
        broken = true
        const since = held === undefined ? run.from : held.size + 1
        findings.add(
          where(),
          `it has another root than the entries: what differs lies in entries ${since} to ${size}`,
        )
      }
      await advance()
      await skipBelow(size)
    },
    async end(size) {
      settle(false)
      while (next !== undefined) {
        findings.add(where(), `it counts ${next.size} entries, and there are ${size}`)
        await advance()
      }
    },
  }
}

/** A ledger never becomes smaller, and no key signs again after the one behind it. */
function* orderProblems(
  before: SignedCheckpoint | undefined,
  { size, seconds, key }: SignedCheckpoint,
  keys: readonly LedgerKey[],
): Generator<string> {
  const position = keys[key]?.position ?? 0
  if (size < position) yield `it is signed by a key that came with entry ${position}`
  if (before === undefined) return
  if (size < before.size) yield `it is smaller than the one before it (${before.size})`
  if (seconds < before.seconds) yield 'it is earlier than the one before it'
  if (key < before.key) yield 'it is signed by a key that had been replaced'
}
