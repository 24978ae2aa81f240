import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import type { Entry } from '#domain/entry.ts'
import { planeId } from '#domain/name.ts'
import { createTestClock } from '../store/clock.ts'
import { finance, openedOf, ops } from '../store/entries.ts'
import { naiveRoot, openKept } from './kept.ts'

const appender = fileURLToPath(new URL('./appender.ts', import.meta.url))

/** What a killed process had been told is durable. */
interface Acknowledged {
  readonly plane: string
  readonly type: string
  readonly call: string
}

export interface Killed {
  readonly acknowledged: readonly Acknowledged[]
  /** How many entries the ledger refused. */
  readonly refused: number
  /** Its exit code, where it ended by itself before it was killed. */
  readonly code: number | null
}

/**
 * Runs the appender on the folder, as an argument of `command` if there is one, and kills it with
 * SIGKILL after so many acknowledgements, unless it ends by itself before.
 */
export const killAfter = async (
  folder: string,
  round: number,
  most: number,
  command: readonly string[] = [],
): Promise<Killed> => {
  const [program = '', ...rest] = [...command, process.execPath, appender, folder, String(round)]
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'inherit'], detached: true })
  const ended = once(child, 'exit')
  const acknowledged: Acknowledged[] = []
  let refused = 0
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'unrecordable') refused++
    const [plane = '', type = '', call = ''] = line.split(' ')
    // The last line may have been cut off by the kill; it was acknowledged no less, but tells nothing.
    if (call.length === 30) acknowledged.push({ plane, type, call })
    if (acknowledged.length === most && child.pid) process.kill(-child.pid, 'SIGKILL')
  }
  await ended
  return { acknowledged, refused, code: child.exitCode }
}

/** The files as they lie there, read with nothing of ours. */
const readFiles = (folder: string, plane: string): { position: number; entry: Entry }[] => {
  const db = new DatabaseSync(join(folder, 'ledger', `${plane}.db`))
  try {
    assert.deepEqual({ ...db.prepare('pragma integrity_check').get() }, { integrity_check: 'ok' })
    const rows = db.prepare('select position, body from entry order by position').all()
    return rows.map(({ position, body }) => ({
      position: Number(position),
      entry: JSON.parse(String(body)),
    }))
  } finally {
    db.close()
  }
}

const openCalls = (entries: readonly { entry: Entry }[]): Set<string> => {
  const open = new Set<string>()
  for (const { entry } of entries) {
    if (entry.type === 'call.intent') {
      assert(!open.has(entry.call))
      open.add(entry.call)
    }
    if (entry.type === 'call.outcome') assert(open.delete(entry.call), 'an outcome too many')
  }
  return open
}

/** Everything acknowledged stands, without a gap, and a start concludes exactly what was open. */
export const checkAfterKill = async (folder: string, { acknowledged }: Killed): Promise<void> => {
  const planes = ['finance', 'ops']
  const before = new Map(planes.map((plane) => [plane, readFiles(folder, plane)]))
  for (const [plane, entries] of before) {
    assert.deepEqual(
      entries.map(({ position }) => position),
      entries.map((_, index) => index + 1),
      'positions are contiguous',
    )
    const stands = new Set(
      entries.map(({ entry }) => `${entry.type} ${'call' in entry ? entry.call : ''}`),
    )
    for (const { type, call } of acknowledged.filter((one) => one.plane === plane)) {
      assert(stands.has(`${type} ${call}`), `${plane}: ${type} of ${call} is gone`)
    }
  }

  const kept = await openKept({ folder, clock: createTestClock(Date.now()) })
  await kept.ledger.open()
  await kept.store.close()
  for (const [plane, entries] of before) {
    const added = readFiles(folder, planeId(plane)).slice(entries.length)
    const unknown = added.flatMap(({ entry }) =>
      entry.type === 'call.outcome' && entry.status === 'unknown' ? [entry.call] : [],
    )
    assert.deepEqual(unknown.toSorted(), [...openCalls(entries)].toSorted())
    const [opened, gap] = added.slice(unknown.length).map(({ entry }) => entry)
    assert(opened?.type === 'ledger.open')
    assert.equal(opened.orphans, unknown.length)
    assert.equal(gap?.type, entries.length === 0 ? undefined : 'ledger.gap')
    assert.equal(added.length, unknown.length + (gap === undefined ? 1 : 2))
  }
  await checkTrees(folder)
}

/** Every root that was ever signed is that of the entries, and the trees go on from where they were. */
const checkTrees = async (folder: string): Promise<void> => {
  const kept = await openKept({ folder, clock: createTestClock(Date.now()) })
  try {
    for (const plane of [ops, finance]) await kept.ledger.plane(plane).append(openedOf({ plane }))
    await kept.keeper.round()
    for (const plane of [ops, finance]) {
      const bodies = await kept.bodies(plane)
      const checkpoints = await kept.checkpoints(plane)
      for (const { size, root } of checkpoints)
        assert.deepEqual(Buffer.from(root), naiveRoot(bodies.slice(0, size)))
      assert.equal(checkpoints.at(-1)?.size, bodies.length)
    }
  } finally {
    // The ledger is told nothing of it: for whoever starts next this one was killed as well.
    await kept.keeper.close(async () => {})
    await kept.store.close()
  }
}
