import { type MemberId, type PlaneId, planeId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import type { Log } from '#lib/log.ts'
import { createGroupCommit, type GroupCommit, logWriting, type OnCommit } from '../group.ts'
import type { Ledgers } from '../ledgers.ts'
import { keptBodies, type LedgerFile } from '../store.ts'
import type { Address } from './address.ts'
import { createAppend } from './append.ts'
import { createPostgresIndex } from './call-index.ts'
import { type Connections, createConnections } from './connections.ts'
import { nowMs } from './now.ts'
import { createReading } from './read.ts'
import { createSequencer, type Sequencer } from './sequence.ts'
import { createTree, letGoOfTrees, listTrees } from './tree.ts'

/** Entries are put in order so often, where nobody has asked for it before. */
const sequenceEveryMs = 100
const readMs = 30_000
const waitMs = 5000

interface Plane {
  readonly file: LedgerFile
  readonly group: GroupCommit
  readonly sequencer: Sequencer
}

/**
 * The ledgers on PostgreSQL. Writing, reading, putting in order, keeping the trees and the index of
 * calls have connections of their own, so that none of them waits for another's.
 */
export const openPostgresLedgers = (about: {
  address: Address
  self: MemberId
  clock: Clock
  log: Log
  deadlineMs: number
  onCommit?: OnCommit | undefined
}): Ledgers => {
  const { address, self, clock, deadlineMs } = about
  const writing = createConnections({
    address,
    most: 4,
    waitMs: deadlineMs,
    statementMs: deadlineMs,
  })
  const reading = createConnections({ address, most: 4, waitMs, statementMs: readMs })
  const ordering = createConnections({ address, most: 2, waitMs, statementMs: waitMs })
  const keeping = createConnections({ address, most: 2, waitMs, statementMs: readMs })
  const indexing = createConnections({ address, most: 3, waitMs, statementMs: readMs })
  const planes = new Map<PlaneId, Plane>()
  const nextId = createEntryIds(self)
  let closed = false
  let cancel = () => {}
  let round: Promise<void> = Promise.resolve()

  const plane = (id: PlaneId): Plane => {
    const known = planes.get(id)
    if (known !== undefined) return known
    const sequencer = createSequencer({ connections: ordering, plane: id, holder: self, clock })
    const group = groupOf(id, { ...about, writing, nextId })
    const { caughtUp } = sequencer
    const read = createReading({ connections: reading, plane: id, self, caughtUp })
    const dropPayloads = dropOf(writing, id)
    const tree = createTree({ connections: keeping, plane: id, self, caughtUp })
    const made = {
      group,
      sequencer,
      file: fileOf(group, { ...read, ...pruningOf(writing, id), dropPayloads, tree }),
    }
    planes.set(id, made)
    return made
  }

  /** Planes whose entries wait, and that are ours to put in order, or nobody's. */
  const waiting = `select plane from ledger_head
    where (holder = $1 or until < ${nowMs})
      and exists (select from ledger_queue where ledger_queue.plane = ledger_head.plane)`
  const sequenceWaiting = async (): Promise<void> => {
    const { rows } = await ordering.use((client) =>
      client.query({ name: 'ledger-waiting', text: waiting, values: [self] }),
    )
    for (const row of rows) await plane(planeId(row.plane)).sequencer.sequence()
  }
  const arm = (): void => {
    if (closed) return
    cancel = clock.after(sequenceEveryMs, () => {
      // While the server is away the next round is as good as this one.
      round = sequenceWaiting().catch(() => {})
      void round.then(arm)
    })
  }
  arm()

  return {
    plane: (id) => plane(id).file,
    index: (id) => createPostgresIndex({ connections: indexing, address, plane: id, self }),
    async list() {
      const text = 'select plane from ledger_head order by plane'
      const { rows } = await reading.use((client) => client.query(text))
      return rows.map((row) => planeId(row.plane))
    },
    trees: () => listTrees(keeping),
    async close() {
      closed = true
      cancel()
      await Promise.all([...planes.values()].map(({ group }) => group.settled()))
      await round
      await letGo(ordering, self)
      await letGoOfTrees(keeping, self)
      await Promise.all([writing, reading, ordering, keeping, indexing].map((one) => one.close()))
    },
  }
}

/** The next one need not wait for our lease to run out; where this fails, it does. */
const letGo = async (connections: Connections, self: MemberId): Promise<void> => {
  const text = `update ledger_head set until = 0 where holder = $1`
  await connections.use((client) => client.query(text, [self])).catch(() => {})
}

const groupOf = (
  plane: PlaneId,
  {
    writing,
    self,
    nextId,
    clock,
    log,
    deadlineMs,
    onCommit,
  }: {
    writing: Connections
    self: MemberId
    nextId: () => string
    clock: Clock
    log: Log
    deadlineMs: number
    onCommit?: OnCommit | undefined
  },
): GroupCommit => {
  const append = createAppend({ connections: writing, plane, writer: self, nextId })
  let hasHead = false
  const makeHead = async (): Promise<void> => {
    const text = 'insert into ledger_head (plane) values ($1) on conflict do nothing'
    await writing.raw((client) => client.query(text, [plane]))
    hasHead = true
  }
  // As an entry would, it waits for the table's lock; and it has something to commit.
  const probe = `with seen as (update member set seen_at = seen_at where id = $1)
    insert into ledger_entry (plane, id, type, at, writer, body)
    select '', '', '', 0, '', '' where false`
  return createGroupCommit({
    plane,
    clock,
    deadlineMs,
    async write(rows) {
      if (!hasHead) await makeHead()
      return append(rows)
    },
    probe: () => writing.raw(async (client) => void (await client.query(probe, [self]))),
    onChange: logWriting(log, plane),
    onCommit: (commit) => onCommit?.(plane, commit),
  })
}

/** Of an entry it takes this column alone, and the table's trigger lets nothing else be changed. */
const drop = `
  update ledger_entry set payload = null
  where plane = $1 and payload is not null and id in (
    select id from ledger_position where plane = $1 and position = any($2)
  )`

const dropOf =
  (connections: Connections, plane: PlaneId): LedgerFile['dropPayloads'] =>
  async (positions) =>
    void (await connections.use((client) =>
      client.query({ name: 'ledger-drop', text: drop, values: [plane, positions] }),
    ))

const noPruning =
  'insert into ledger_pruning (plane, up_to, said, done) values ($1, 0, 0, 0) on conflict do nothing'

/** The function is the owner's: the role that serves can change no body by itself. */
const dropBodies = 'select drop_bodies($1, $2, $3)'

const pruningOf = (
  connections: Connections,
  plane: PlaneId,
): Pick<LedgerFile, 'pruning' | 'prune' | 'dropBodies'> => {
  const ask = (text: string, values: unknown[] = []) =>
    connections.use((client) => client.query(text, [plane, ...values]))
  return {
    async pruning() {
      const { rows } = await ask('select up_to as "to", done from ledger_pruning where plane = $1')
      return rows[0] ?? { to: 0, done: 0 }
    },
    async prune({ to, said }) {
      await ask(noPruning)
      await ask('update ledger_pruning set up_to = $2, said = $3 where plane = $1', [to, said])
    },
    async dropBodies(most) {
      await ask(dropBodies, [most, [...keptBodies]])
    },
  }
}

const fileOf = (
  group: GroupCommit,
  rest: Omit<LedgerFile, 'append' | 'waiting' | 'failing'>,
): LedgerFile => ({
  ...rest,
  append: group.append,
  get waiting() {
    return group.waiting
  },
  get failing() {
    return group.failing
  },
})

/** Unique among all processes, because the member's id is. */
const createEntryIds = (self: MemberId): (() => string) => {
  let made = 0
  return () => `${self}:${(made++).toString(36)}`
}
