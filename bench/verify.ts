import { spawnSync } from 'node:child_process'
import { hash } from 'node:crypto'
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { PlaneId } from '#domain/name.ts'
import { createEvidence } from '#ledger/bundle/evidence.ts'
import type { PlaneLedger } from '#ledger/ledger.ts'
import type { PlaneTree } from '#ledger/tree/plane-tree.ts'
import { verifyBundle } from '#ledger/verify/bundle.ts'
import { openBundleFolder } from '#ledger/verify/bundle-files.ts'
import { type StoredLedger, verifyStored } from '#ledger/verify/stored.ts'
import { systemClock } from '#lib/clock.ts'
import { leafHash } from '#lib/merkle.ts'
import type { Store } from '#store/store.ts'

// What verifying costs, beside what cannot be saved: hashing each entry. All of it in one run.

interface About {
  readonly plane: PlaneId
  readonly store: Store
  readonly ledger: PlaneLedger
  readonly tree: Pick<PlaneTree, 'keep' | 'signing'>
  readonly folder: string
}

const mostExported = 200_000

export const measureVerifying = async (about: About): Promise<object[]> => {
  const { plane, store, ledger, tree, folder } = about
  const recorded = { open: async () => ({ state: 'none' }) as const }
  const evidence = createEvidence({
    ...{ plane, store, ledger, tree, recorded },
    ...{ clock: systemClock, version: 'bench' },
  })
  const file = store.plane(plane).ledger
  const entries = Math.min(mostExported, await file.size())
  const rows: object[] = []
  const timed = async (
    what: string,
    count: number,
    task: () => Promise<unknown>,
  ): Promise<number> => {
    const start = performance.now()
    await task()
    const perSecond = Math.round(count / ((performance.now() - start) / 1000))
    rows.push({ what, entries: count, 'entries/s': perSecond, '÷ hashing': ratio(perSecond) })
    return perSecond
  }
  let floor = 0
  const ratio = (perSecond: number) =>
    floor === 0 ? 1 : Number((floor / Math.max(1, perSecond)).toFixed(1))

  const bodies = (await file.read(1, 10_000)).map(({ entry }) => JSON.stringify(entry))
  floor = await timed('hashing alone', bodies.length * 20, async () => {
    for (let times = 0; times < 20; times++) for (const body of bodies) leafHash(body)
  })
  const bundle = join(folder, 'bundle')
  await timed('ledger export', entries, () => write(bundle, evidence, entries))
  await timed('verify, a bundle', entries, () => verified(bundle))
  await timed('verify.py, the same', entries, async () => {
    const done = spawnSync('python3', [join(bundle, 'verify.py'), bundle], { encoding: 'utf8' })
    if (done.status !== 0) throw new Error(done.stdout + done.stderr)
  })
  const stored = await storedIn(about, await evidence.keys())
  await timed('verify, an installation', stored.size, async () => {
    const { findings } = await verifyStored(stored)
    if (findings.count > 0) throw new Error(JSON.stringify(findings.list))
  })
  return rows
}

const write = async (
  folder: string,
  evidence: ReturnType<typeof createEvidence>,
  to: number,
): Promise<void> => {
  mkdirSync(folder)
  const open = new Map<string, number>()
  const asked = { by: 'bench', to, payloads: false, disclose: false }
  for await (const { file, bytes } of await evidence.export(asked)) {
    const into = open.get(file) ?? openSync(join(folder, file), 'w')
    open.set(file, into)
    writeSync(into, bytes)
  }
  for (const one of open.values()) closeSync(one)
}

const verified = async (folder: string): Promise<void> => {
  const files = openBundleFolder(folder)
  const { findings } = await verifyBundle(files)
  files.close()
  if (findings.count > 0) throw new Error(JSON.stringify(findings.list))
}

/** As `bailiwick verify` is handed it, without the way over the control socket. */
const storedIn = async (
  { plane, store }: About,
  { origin, keys }: { origin: string; keys: StoredLedger['keys'] },
): Promise<StoredLedger> => {
  const file = store.plane(plane).ledger
  const { generation, size, entries, checkpoint } = await file.tree.standing()
  return {
    ...{ plane, origin, keys, entries, size, checkpoints: checkpoint?.number ?? 0 },
    newest: checkpoint?.number ?? 0,
    pruned: 0,
    async part(from, most) {
      const stored = await file.read(from, most)
      const payloads: { position: number; sha256: string }[] = []
      for (const { position, entry } of stored) {
        if (!('argumentsSealed' in entry)) continue
        const sealed = await file.findPayload(position)
        if (sealed) payloads.push({ position, sha256: hash('sha256', sealed, 'hex') })
      }
      return {
        positions: stored.map(({ position }) => position),
        bodies: stored.map(({ entry }) => JSON.stringify(entry)),
        leaves: await file.tree.leafHashes(from, stored.length),
        payloads,
      }
    },
    notes: async (from, most) =>
      (await file.tree.checkpoints(generation, from, most)).map(({ note }) => note),
    tiles: (places) => file.tree.tiles([...places], generation),
  }
}
