import type { PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import { parseNote } from '#lib/signed-note.ts'
import type { CheckpointRow, LedgerTree, Store } from '#store/store.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
/** Counted back from the newest, so that a clock that was set thins out nothing. */
const allForMs = 2 * dayMs
const hourlyForMs = 90 * dayMs
const atOnce = 2000

/**
 * Of checkpoints all of the last two days stay, then the last of each hour for ninety days, then the
 * last of each day; besides the first one, and the last that each key signed, by which the key behind it
 * is vouched for. A root of later stands for all before it, so nothing that was signed is lost.
 */
export const createThinning = ({
  store,
  clock,
}: {
  store: Store
  clock: Clock
}): ((plane: PlaneId) => Promise<void>) => {
  const thinnedAt = new Map<PlaneId, number>()
  return async (plane) => {
    const last = thinnedAt.get(plane)
    if (last !== undefined && Math.abs(clock.now() - last) < hourMs) return
    thinnedAt.set(plane, clock.now())
    const { tree } = store.plane(plane).ledger
    const { generation, checkpoint } = await tree.standing()
    if (checkpoint !== undefined) await thin(tree, generation, checkpoint)
  }
}

const thin = async (tree: LedgerTree, generation: number, newest: CheckpointRow): Promise<void> => {
  let before: CheckpointRow | undefined
  for (let from = 1; ; ) {
    const rows = await tree.checkpoints(generation, from, atOnce)
    const old = rows.filter(({ at }) => newest.at - at >= allForMs)
    const run = before === undefined ? old : [before, ...old]
    const needless = run.filter((row, at) => isNeedless(row, run[at + 1], newest))
    if (needless.length > 0)
      await tree.thin(
        generation,
        needless.map(({ number }) => number),
      )
    before = run.at(-1)
    if (old.length < atOnce || before === undefined) return
    from = before.number + 1
  }
}

/** Whether the one behind it says as much: of the same hour or day, by the same key. */
const isNeedless = (
  row: CheckpointRow,
  next: CheckpointRow | undefined,
  newest: CheckpointRow,
): boolean => {
  if (next === undefined || row.number === 1) return false
  const step = newest.at - row.at < hourlyForMs ? hourMs : dayMs
  return Math.floor(row.at / step) === Math.floor(next.at / step) && signer(row) === signer(next)
}

const signer = ({ note }: CheckpointRow): string | undefined => {
  const parsed = parseNote(Buffer.from(note))
  return 'problem' in parsed ? undefined : parsed.signatures[0]?.id
}
