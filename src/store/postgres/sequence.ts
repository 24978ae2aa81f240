import type { MemberId, PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import type { Connections } from './connections.ts'
import { nowMs } from './now.ts'

/** Gives the entries of one plane their positions, in the order of their tickets. */
export interface Sequencer {
  /**
   * Puts in order what waits, where this process may: it holds the lease, or nobody does. Resolves
   * with whether anything may still wait.
   */
  sequence(): Promise<boolean>
  /** Resolves when everything that was durable before it was asked has its position, whoever gave it. */
  caughtUp(): Promise<void>
}

/** How long somebody else waits for a sequencer that has died. Each step begins it anew. */
const leaseMs = 3000
const stepRows = 5000
/** Past the lease of a dead sequencer, with time for what it has left. */
const catchUpMs = 8000
const lookAgainMs = 20

/**
 * A new epoch where the lease has run out, which fences off whoever held it; never waits for the one
 * who is at it.
 */
const acquire = `
  update ledger_head set holder = $2, epoch = epoch + 1, until = ${nowMs} + ${leaseMs}
  where plane = $1 and plane in (
    select plane from ledger_head
    where plane = $1 and (until < ${nowMs} or holder = $2) for update skip locked
  )
  returning size, epoch`

/**
 * One step is one statement, and so one transaction: nothing happens in it where the ledger is not
 * as the sequencer left it, or where the epoch is another's. The keys of ledger_position would
 * refuse a second entry for a position, or a second position for an entry, even then.
 */
const step = `
  with head as (
    select size, latest from ledger_head
    where plane = $1 and holder = $2 and epoch = $3 and size = $4 for update
  ), taken as (
    delete from ledger_queue where plane = $1 and exists (select from head) and ticket in (
      select ticket from ledger_queue where plane = $1 order by ticket limit ${stepRows}
    )
    returning id, ticket
  ), placed as (
    insert into ledger_position (plane, position, id, latest)
    select $1, head.size + row_number() over in_order, taken.id,
      greatest(head.latest, max(entry.at) over in_order)
    from head cross join taken
    left join ledger_entry entry on entry.plane = $1 and entry.id = taken.id
    window in_order as (order by taken.ticket)
    returning position, latest
  )
  update ledger_head set
    size = ledger_head.size + (select count(*) from placed),
    latest = greatest(ledger_head.latest, (select max(latest) from placed)),
    until = ${nowMs} + ${leaseMs}
  where plane = $1 and exists (select from head)
  returning size, (select count(*) from placed) as placed`

export const createSequencer = ({
  connections,
  plane,
  holder,
  clock,
}: {
  connections: Connections
  plane: PlaneId
  holder: MemberId
  clock: Clock
}): Sequencer => {
  /** What this process knows of a lease that it holds, or held. */
  let lease: { size: number; epoch: number } | undefined
  let underWay: Promise<boolean> | undefined
  let next: Promise<boolean> | undefined

  const ask = async (name: string, text: string, values: unknown[] = []) =>
    connections.use((client) => client.query({ name, text, values: [plane, ...values] }))

  const sequenceAll = async (): Promise<boolean> => {
    try {
      for (;;) {
        lease ??= (await ask('ledger-acquire', acquire, [holder])).rows[0]
        if (lease === undefined) return true
        const { epoch, size } = lease
        const [done] = (await ask('ledger-step', step, [holder, epoch, size])).rows
        // Somebody else has it: what is remembered is of no use, and the next try begins anew.
        if (done === undefined) return drop()
        lease = { epoch, size: done.size }
        if (done.placed < stepRows) return false
      }
    } catch (error) {
      drop()
      throw error
    }
  }
  const drop = (): true => {
    lease = undefined
    return true
  }

  const begin = (): Promise<boolean> => {
    next = undefined
    underWay = sequenceAll().finally(() => {
      underWay = undefined
    })
    return underWay
  }
  /** One at a time; who comes meanwhile shares the next one, for this one may have looked too early. */
  const sequence = (): Promise<boolean> => {
    if (underWay === undefined) return begin()
    next ??= underWay.then(begin, begin)
    return next
  }

  const caughtUp = async (): Promise<void> => {
    const newest = 'select max(ticket) as ticket from ledger_queue where plane = $1'
    const point = (await ask('ledger-newest', newest)).rows[0]?.ticket
    if (typeof point !== 'number') return
    const waits = 'select from ledger_queue where plane = $1 and ticket <= $2 limit 1'
    const until = clock.elapsed() + catchUpMs
    while (await sequence()) {
      if ((await ask('ledger-waits', waits, [point])).rowCount === 0) return
      if (clock.elapsed() >= until) throw behind(plane)
      await new Promise<void>((resolve) => clock.after(lookAgainMs, resolve))
    }
  }

  return { sequence, caughtUp }
}

const behind = (plane: PlaneId): Fault =>
  new Fault('store_unreachable', {
    detail: `${plane}: the newest entries have no position yet, and whoever gives them out does not`,
  })
