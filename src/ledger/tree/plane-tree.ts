import type { PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import type { Log } from '#lib/log.ts'
import type { LedgerFile, TreeStanding } from '#store/store.ts'
import type { PlaneLedger } from '../ledger.ts'
import { contradiction } from './check.ts'
import { followEntries, leavesAtOnce } from './follow-entries.ts'
import { rootAt } from './grow.ts'
import type { LedgerKey, LedgerKeys } from './keys.ts'
import { createMemory } from './memory.ts'
import { originOf, type Place } from './origin.ts'
import type { Publisher } from './publisher.ts'
import type { Rotation } from './rotation.ts'
import { type Against, selfCheck } from './self-check.ts'
import { signCheckpoint, verifyCheckpoint } from './sign.ts'

/** One plane's tree in this process. What it does is done one thing after the other. */
export interface PlaneTree {
  readonly plane: PlaneId
  /**
   * Holds the ledger against what was signed and published; resolves with what speaks against it.
   * Rejects where the store is away. Once it is done it costs nothing; where published checkpoints
   * could not be read it is done again when a second has passed.
   */
  check(): Promise<string | undefined>
  /** What was found; from then on nothing is written to the ledger and nothing signed. */
  readonly problem: string | undefined
  /** As it was when it was looked at last; undefined before that. */
  readonly standing: TreeStanding | undefined
  /** Whether there is something to do, by how the tree stood a moment ago. */
  isDue(standing: TreeStanding): boolean
  /** Brings the tree after the entries, signs it and gives it to be published; `isLast` at a stop. */
  keep(about?: { isLast: boolean }): Promise<void>
  /** Who signs for this ledger; undefined where nothing has been signed yet. */
  signing(): Promise<Signing | undefined>
  /** Makes a new key, which signs from here on; resolves with both when it has. */
  rollKey(): Promise<{ readonly before: LedgerKey; readonly now: LedgerKey }>
  /**
   * A person says that the ledger is to go on as it stands, whatever was signed and published: it says
   * so in an entry, with the notes that it does not continue, and in a generation of its own. Fault
   * ('conflict') where nothing speaks against it.
   */
  accept(about: {
    by: string
    why: string
  }): Promise<{ readonly origin: string; readonly problem: string }>
}

export interface Signing {
  readonly origin: string
  readonly generation: number
  readonly key: LedgerKey
  /** All of this store, in the order of their numbers. */
  readonly keys: readonly LedgerKey[]
  /** Why nothing may be signed now; undefined where it may. */
  readonly problem: string | undefined
}

const checkAgainMs = 1000

export const createPlaneTree = ({
  plane,
  file,
  keys,
  rotation,
  publisher,
  append,
  installation,
  clock,
  log,
}: {
  plane: PlaneId
  file: LedgerFile
  keys: LedgerKeys
  rotation: Rotation
  publisher: Publisher
  append: PlaneLedger['append']
  /** Its id. */
  installation: () => Promise<string>
  clock: Clock
  log: Log
}): PlaneTree => {
  const { tree } = file
  /** The generation that was found to be right. */
  let checked: number | undefined
  let checking: Promise<string | undefined> | undefined
  let against: (Against & { readonly atMs: number }) | undefined
  const memory = createMemory(clock)
  let hasPublished = false
  let turn: Promise<unknown> = Promise.resolve()

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = turn.then(work, work)
    turn = next.catch(() => {})
    return next
  }
  const placeOf = async ({ generation }: Pick<Place, 'generation'>): Promise<Place> => ({
    installation: await installation(),
    plane,
    generation,
  })
  const refuseFor = (found: Against): string => {
    if (against?.problem !== found.problem)
      log.error('ledger.refused', { plane, problem: found.problem })
    against = { ...found, atMs: clock.elapsed() }
    return found.problem
  }
  const refuse = (problem: string) => refuseFor({ problem, notes: [], unreadable: false })

  const look = async (): Promise<string | undefined> => {
    const found = await selfCheck({ tree, place: placeOf, keys, publisher })
    const { standing, published } = found
    const origin = originOf(await placeOf(standing))
    memory.begin(
      standing,
      published.filter((one) => one.origin === origin),
    )
    if (found.against !== undefined) return refuseFor(found.against)
    if (against !== undefined) log.info('ledger.right', { plane })
    against = undefined
    checked = standing.generation
    return undefined
  }
  const check = (): Promise<string | undefined> => {
    const isLate = against?.unreadable === true && clock.elapsed() - against.atMs >= checkAgainMs
    if (against !== undefined && !isLate) return Promise.resolve(against.problem)
    if (against === undefined && checked !== undefined) return Promise.resolve(undefined)
    checking ??= inTurn(look).finally(() => {
      checking = undefined
    })
    return checking
  }

  /** Nothing is signed, and nothing published, that does not continue all that was. */
  const different = async (standing: TreeStanding): Promise<string | undefined> => {
    for (const claim of memory.claims(standing)) {
      const found = await contradiction(tree, standing, claim, claim.what)
      if (found !== undefined) return found
    }
    return undefined
  }

  /** Resolves with whether it has just covered the entry of a key that signs from here on. */
  const sign = async (standing: TreeStanding): Promise<boolean> => {
    const { generation, size, checkpoint } = standing
    const signer = size === 0 ? undefined : await rotation.signer(standing)
    if (signer === undefined) return false
    const by = checkpoint && verifyCheckpoint(checkpoint.note, keys.all)?.key
    const isNews = checkpoint === undefined || size > checkpoint.size || by !== signer.number
    if (!isNews && !memory.isSilent(checkpoint.at)) return false
    const found = await different(standing)
    const root = await rootAt(tree, size, generation)
    if (found !== undefined || root === undefined) {
      refuse(found ?? `tiles are missing of ${size} entries`)
      return false
    }
    const at = Math.max(clock.now(), checkpoint?.at ?? 0)
    const origin = originOf(await placeOf(standing))
    const note = signCheckpoint({ origin, size, root }, signer, at)
    const row = { generation, number: (checkpoint?.number ?? 0) + 1, size, root, at, note }
    // Where another process was faster, its checkpoint is as good.
    if (!(await tree.addCheckpoint(row))) return false
    memory.remember(row)
    return keys.all.some(({ number }) => number === signer.number + 1)
  }

  /** A tree that another process keeps: what it signed is held against what was seen before. */
  const observe = async (standing: TreeStanding): Promise<void> => {
    const { checkpoint } = standing
    const fell = memory.fallen(standing)
    if (fell !== undefined) return void refuse(fell)
    if (checkpoint === undefined) return
    if (verifyCheckpoint(checkpoint.note, keys.all) === undefined) await keys.load()
    const found =
      verifyCheckpoint(checkpoint.note, keys.all) === undefined
        ? `its checkpoint ${checkpoint.number} is not signed by a key of this ledger`
        : await different(standing)
    if (found === undefined) memory.remember(checkpoint)
    else refuse(found)
  }

  const followAndSign = async (): Promise<void> => {
    await rotation.prepare(await tree.standing())
    for (let again = true, left = 2; again && left > 0; left--) {
      const followed = await followEntries(tree, memory.fallen)
      if ('problem' in followed) return void refuse(followed.problem)
      again = await sign(followed)
    }
  }

  /** A person has accepted a break meanwhile, by another process. */
  const hasMoved = async (): Promise<boolean> =>
    (await tree.standing()).generation > (memory.seen?.generation ?? 0)

  const keep = async (isLast: boolean): Promise<void> => {
    const before = memory.signed
    const standing = await tree.standing()
    if (checked !== standing.generation && (await look()) !== undefined) return
    if (against !== undefined || standing.entries === 0) return
    if (await tree.hold()) await followAndSign()
    else await observe(standing)
    const { signed } = memory
    if (against !== undefined || signed === undefined) return
    if (before === signed && !(isLast && hasPublished)) return
    hasPublished = true
    publisher.publish(plane, { ...signed, isLast })
  }

  return {
    plane,
    check,
    get problem() {
      return against?.problem
    },
    get standing() {
      return memory.seen
    },
    isDue(standing) {
      if (standing.entries === 0 && standing.size === 0) return false
      if (standing.generation > (memory.seen?.generation ?? 0)) return true
      if (against !== undefined) return against.unreadable
      const { entries, size, checkpoint } = standing
      if (entries > size || size > (checkpoint?.size ?? 0)) return true
      return (
        checkpoint !== undefined &&
        (checkpoint.number !== memory.signed?.number || memory.isSilent(checkpoint.at))
      )
    },
    async keep({ isLast } = { isLast: false }) {
      if ((await check()) !== undefined && !(await hasMoved())) return
      await inTurn(() => keep(isLast))
    },
    async signing() {
      const problem = await check()
      const standing = await tree.standing()
      const key = await rotation.signer(standing)
      const origin = originOf(await placeOf(standing))
      return key && { origin, generation: standing.generation, key, keys: keys.all, problem }
    },
    async rollKey() {
      await check()
      return inTurn(async () => {
        const before = await rotation.signer(await tree.standing())
        if (before === undefined || against !== undefined) throw unsigned(plane, against?.problem)
        const now = await rotation.next()
        // Whoever keeps the tree finds the entry; it need not be this process.
        await rotation.prepare(await tree.standing())
        await keep(false)
        return { before, now }
      })
    },
    accept: ({ by, why }) =>
      inTurn(async () => {
        const problem = await look()
        if (problem === undefined || against?.unreadable !== false) throw unbroken(plane, problem)
        const { notes } = against
        const last = await tree.standing()
        const generation = last.generation + 1
        if (!(await tree.begin(generation))) throw new Fault('stale')
        const own = last.checkpoint === undefined ? [] : [last.checkpoint.note]
        const checkpoints = [...new Set([...notes, ...own])]
        log.warn('ledger.accepted', { plane, generation, problem })
        against = undefined
        checked = generation
        memory.forget()
        const about = { at: clock.now(), plane, by, why, problem, generation, checkpoints }
        await append({ type: 'ledger.broken', v: 1, ...about })
        for (let left = roundsOf(last.entries); left > 0 && memory.signed === undefined; left--)
          await keep(true)
        return { origin: originOf(await placeOf({ generation })), problem }
      }),
  }
}

/** The tree of a generation begins from nothing: so often is it followed, until a first checkpoint can be signed. */
const roundsOf = (entries: number): number => 3 + Math.ceil(entries / leavesAtOnce)

const unsigned = (plane: PlaneId, problem: string | undefined): Fault =>
  new Fault('conflict', {
    detail: `${plane}: ${problem ?? 'nothing has been signed yet'}, so no other key can take over`,
  })

const unbroken = (plane: PlaneId, problem: string | undefined): Fault =>
  new Fault('conflict', {
    detail: `${plane}: ${problem ?? 'the ledger continues all that was signed and published'}; there is no break to accept`,
  })
