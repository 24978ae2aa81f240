// Runs on both stores.
import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, beforeEach, describe, test } from 'node:test'
import { createThinning } from '#ledger/tree/thinning.ts'
import { parseCheckpoint } from '#lib/checkpoint.ts'
import { parseNote } from '#lib/signed-note.ts'
import { type PostgresServer, startPostgres } from '../peers/postgres.ts'
import { createTestClock, type TestClock } from '../store/clock.ts'
import { ops } from '../store/entries.ts'
import { type Kept, openKept } from './kept.ts'

const hourMs = 3_600_000
const start = Date.UTC(2026, 0, 1)

let server: PostgresServer | undefined
after(() => server?.stop())

describe('Checkpoints that later ones make needless', () => {
  let clock: TestClock
  let folder: string
  let kept: Kept
  let thin: () => Promise<void>
  const tree = () => kept.store.plane(ops).ledger.tree
  const times = async () => (await kept.checkpoints()).map(({ at }) => at)
  /** A silent plane's checkpoint, some minutes apart. */
  const sign = async (...at: number[]) => {
    for (const one of at) {
      clock.set(one)
      await kept.keeper.round()
    }
  }

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'bailiwick-thinning-'))
    let url: string | undefined
    if (process.env.TEST_STORE === 'postgres') {
      server ??= await startPostgres()
      url = await server.createDatabase()
    }
    clock = createTestClock(start)
    kept = await openKept({ folder, clock, ...(url === undefined ? {} : { url }) })
    thin = () => createThinning({ store: kept.store, clock })(ops)
    await kept.call(1)
    await kept.keeper.round()
    await kept.keeper.round()
  })
  afterEach(async () => {
    await kept.close()
    await rm(folder, { recursive: true })
  })
  /** Three in each of these hours, twenty minutes apart. */
  const inHours = (...hours: number[]) =>
    hours.flatMap((hour) => [10, 30, 50].map((minute) => start + hour * hourMs + minute * 60_000))

  test('go: after two days all but the last of an hour, after ninety all but the last of a day', async () => {
    const [first = 0] = await times()
    await sign(...inHours(5, 6, 30))
    const young = inHours(50 * 24)
    await sign(...young)
    await thin()
    const last = (hour: number) => start + hour * hourMs + 50 * 60_000
    assert.deepEqual(await times(), [first, last(5), last(6), last(30), ...young])
    const far = inHours(100 * 24)
    await sign(...far)
    await thin()
    assert.deepEqual(await times(), [first, last(6), last(30), last(50 * 24), ...far])
  })

  test('stay where a key needs them, so that whoever trusts the old one can follow to the new', async () => {
    await sign(...inHours(5))
    const at = start + 5 * hourMs + 51 * 60_000
    clock.set(at)
    await kept.keeper.plane(ops).rollKey()
    await sign(at + 2 * 60_000, at + 4 * 60_000, ...inHours(100 * 24))
    await thin()
    const { keys } = await kept.evidence().keys()
    assert.equal(keys.length, 2)
    const proof = String(keys[1]?.proof)
    const note = parseNote(Buffer.from(proof.slice(proof.indexOf('\n\n') + 2)))
    assert.ok(!('problem' in note))
    assert.ok((parseCheckpoint(note.text)?.size ?? 0) >= (keys[1]?.position ?? Infinity))
    const old = String(keys[0]?.key).split('+')[1]
    assert.equal(note.signatures[0]?.id, old, 'the proof of the new key is signed by the old one')
  })

  test('attack: the first, the newest, the last of an hour and those of two days are taken by nobody', async () => {
    await sign(...inHours(5, 6), ...inHours(50 * 24))
    const rows = await kept.checkpoints()
    const before = rows.length
    const lastOfHour = rows.findLast(({ at }) => at < start + 6 * hourMs)
    for (const row of [rows[0], rows.at(-1), rows.at(-2), lastOfHour])
      await assert.rejects(tree().thin(1, [row?.number ?? 0]))
    assert.equal((await kept.checkpoints()).length, before)
    assert.equal(await tree().countCheckpoints(1), before)
  })
})
