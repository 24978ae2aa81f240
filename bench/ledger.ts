import { createSecretKey } from 'node:crypto'
// What a ledger entry costs: pairs of intent (with an encrypted payload of 300 B) and outcome from so
// many concurrent callers, each waiting until its entry is durable. CPU is user + system time of the
// whole process, so both threads and the encryption. Then what their tree costs: a backlog of all of
// them worked off alone, and appending while the tree follows. Then what verifying them costs (bench/verify.ts),
// and what a start reads: intents, orphans.
//   node bench/ledger.ts [SECONDS] [--json]
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { parseArgs } from 'node:util'
import type { Intent, Outcome } from '#domain/entry.ts'
import { callId, clientId, planeId } from '#domain/name.ts'
import { bodyOf } from '#ledger/body.ts'
import { createLedger } from '#ledger/create-ledger.ts'
import type { PlaneLedger } from '#ledger/ledger.ts'
import { scanIntents } from '#ledger/recover.ts'
import { createKeeper, type Keeper } from '#ledger/tree/keeper.ts'
import { inFile } from '#ledger/tree/published.ts'
import { systemClock, systemRandom } from '#lib/clock.ts'
import { createIds } from '#lib/id.ts'
import { silentLog } from '#lib/log.ts'
import { openStore } from '#store/open.ts'
import type { Store } from '#store/store.ts'
import { createArgumentHash, soughtOf } from '#vault/argument-hash.ts'
import { createSealer } from '#vault/sealer.ts'
import { measureVerifying } from './verify.ts'

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false } },
})
const lastsMs = Number(positionals[0] ?? 4) * 1000
const say = (line: string): void => {
  if (!values.json) console.log(line)
}
const clock = systemClock
const nextId = createIds({ clock, random: systemRandom })
const plane = planeId('ops')
const payload = Buffer.alloc(300, 'x')

const intent = (): Intent => ({
  type: 'call.intent',
  v: 1,
  at: clock.now(),
  plane,
  agent: 'planner',
  consumer: 'workplace-ai',
  client: clientId('planner', 'workplace-ai'),
  method: 'tools/call',
  server: 'calendar',
  kind: 'tool',
  name: 'read_calendar',
  call: callId(`cal_${nextId()}`),
  definition: 'a'.repeat(64),
  grant: 'planner-reads',
  quotas: ['calendar-reads'],
  credential: 'calendar-api#3',
  era: 'modern',
  revision: 12,
  argumentBytes: payload.length,
})

const outcome = ({ call }: Intent): Outcome => ({
  type: 'call.outcome',
  v: 1,
  at: clock.now(),
  plane,
  call,
  status: 'complete',
  code: '',
  ms: 12,
  resultBytes: 300,
})

const measure = async (ledger: PlaneLedger, callers: number, forMs: number) => {
  const latencies: number[] = []
  const start = performance.now()
  const cpu = process.cpuUsage()
  let entries = 0
  const call = async (): Promise<void> => {
    while (performance.now() - start < forMs) {
      const begun = performance.now()
      const one = intent()
      await ledger.intend(one, payload)
      latencies.push(performance.now() - begun)
      await ledger.conclude(outcome(one))
      entries += 2
    }
  }
  await Promise.all(Array.from({ length: callers }, call))
  const { user, system } = process.cpuUsage(cpu)
  const seconds = (performance.now() - start) / 1000
  latencies.sort((a, b) => a - b)
  const at = (part: number) => (latencies[Math.floor(latencies.length * part)] ?? 0).toFixed(2)
  return {
    callers,
    'entries/s': Math.round(entries / seconds),
    'CPU µs/entry': Number(((user + system) / entries).toFixed(2)),
    'p50 ms': Number(at(0.5)),
    'p99 ms': Number(at(0.99)),
  }
}

/** The same entries from one thread straight into SQLite, 64 a transaction: what cannot be saved. */
const measureFloor = (file: string, forMs: number) => {
  const db = new DatabaseSync(file, { timeout: 5000 })
  db.exec('pragma page_size = 8192; pragma journal_mode = wal; pragma synchronous = full')
  db.exec('pragma wal_autocheckpoint = 2000')
  db.exec('create table entry (position integer primary key, latest integer, type text, body text)')
  db.exec('create table payload (position integer primary key, sealed blob)')
  const insertEntry = db.prepare('insert into entry values (?, ?, ?, ?)')
  const insertPayload = db.prepare('insert into payload values (?, ?)')
  const one = intent()
  const bodies = [bodyOf(one), bodyOf(outcome(one))] as const
  const start = performance.now()
  const cpu = process.cpuUsage()
  let entries = 0
  while (performance.now() - start < forMs) {
    db.exec('begin immediate')
    for (let row = 0; row < 32; row++) {
      insertEntry.run(++entries, clock.now(), 'call.intent', bodies[0])
      insertPayload.run(entries, payload)
      insertEntry.run(++entries, clock.now(), 'call.outcome', bodies[1])
    }
    db.exec('commit')
  }
  const { user, system } = process.cpuUsage(cpu)
  db.close()
  return {
    callers: 'SQLite alone, by 64',
    'entries/s': Math.round(entries / ((performance.now() - start) / 1000)),
    'CPU µs/entry': Number(((user + system) / entries).toFixed(2)),
  }
}

const folder = await mkdtemp(join(tmpdir(), 'bailiwick-bench-'))
const options = { folder, appendDeadlineMs: 2000, clock, log: silentLog }
const findKey = createSecretKey(systemRandom(32))
const { ofSought } = createArgumentHash(createSecretKey(systemRandom(32)), 'bench')
const hash = (argument: string, text: string) => ofSought(soughtOf(findKey, argument, text))
const sealer = createSealer({
  key: createSecretKey(systemRandom(32)),
  plane,
  purpose: 'arguments',
  random: systemRandom,
})
const about = {
  clock,
  // One key, as of one subject whose key is in memory.
  seal: () => ({
    sealing: () => ({ seal: sealer.seal, hash }),
    open: async (sealed: Uint8Array, context: string) => sealer.open(sealed, context),
    openEarlier: sealer.open,
  }),
  log: silentLog,
  version: 'bench',
  budget: () => undefined,
}
const open = (store: Store) => {
  const keeper = createKeeper({
    store,
    places: [inFile(join(folder, 'published'))],
    sealer: async () => sealer,
    append: (entry) => ledger.plane(entry.plane).append(entry),
    clock,
    random: systemRandom,
    log: silentLog,
  })
  const ledger = createLedger({ store, ...about, integrity: keeper.integrity })
  return { keeper, ledger }
}

/** A tree of everything that has been appended so far, and nothing else under way. */
const measureTree = async (keeper: Keeper) => {
  const start = performance.now()
  const cpu = process.cpuUsage()
  const before = (await keeper.status(plane)).size
  for (let size = -1, after = before; size < after; after = (await keeper.status(plane)).size) {
    size = after
    await keeper.round()
  }
  const entries = (await keeper.status(plane)).size - before
  const { user, system } = process.cpuUsage(cpu)
  return {
    callers: 'the tree alone',
    'entries/s': Math.round(entries / ((performance.now() - start) / 1000)),
    'CPU µs/entry': Number(((user + system) / entries).toFixed(2)),
  }
}

try {
  const store = await openStore(options)
  const { keeper, ledger } = open(store)
  await measure(ledger.plane(plane), 64, Math.min(1000, lastsMs))
  const rows: object[] = [measureFloor(join(folder, 'floor.db'), lastsMs)]
  for (const callers of [8, 64, 1024])
    rows.push(await measure(ledger.plane(plane), callers, lastsMs))
  rows.push(await measureTree(keeper))
  keeper.start()
  rows.push({
    ...(await measure(ledger.plane(plane), 64, lastsMs)),
    callers: '64, the tree follows',
  })
  if (values.json) console.log(JSON.stringify(rows))
  else console.table(rows)
  if (!values.json) {
    const parts = { plane, store, ledger: ledger.plane(plane), tree: keeper.plane(plane), folder }
    console.table(await measureVerifying(parts))
  }

  const begun = performance.now()
  let intents = 0
  await scanIntents(store.plane(plane).ledger, 0, () => {
    intents++
  })
  const seconds = (performance.now() - begun) / 1000
  say(`a start counts ${Math.round(intents / seconds)} intents/s (${intents} of them)`)
  await keeper.close(ledger.close)
  await store.close()

  const opening = performance.now()
  const again = await openStore(options)
  await open(again).ledger.open()
  say(
    `store and ledger of ${intents * 2} entries open in ${Math.round(performance.now() - opening)} ms`,
  )
  await again.close()
} finally {
  await rm(folder, { recursive: true })
}
