import type { PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import { type Hash, leafHash, nodesOf, rootOf, type Span } from '#lib/merkle.ts'
import { inclusionSpans } from '#lib/merkle-proof.ts'
import { signNote, verifierKeyText } from '#lib/signed-note.ts'
import { tlogProofText } from '#lib/tlog-proof.ts'
import type { CheckpointRow, LedgerFile, Store, StoredEntry } from '#store/store.ts'
import type { PlaneLedger } from '../ledger.ts'
import { findPruned } from '../pruned.ts'
import type { RecordedQuery } from '../recorded.ts'
import type { Signing } from '../tree/plane-tree.ts'
import { verifyCheckpoint } from '../tree/sign.ts'
import { ledgerKey, type WrittenKey } from '../verify/keys.ts'
import { type BundlePiece, type Disclosed, makeBundle, type Withheld } from './bundle.ts'
import { checkpointsOf, firstCovering } from './checkpoints.ts'
import { hashesOf } from './hashes.ts'
import { definitionsOf, policyOf } from './standing.ts'

/** What a plane's ledger hands out so that others can verify it. */
export interface Evidence {
  /** Verifier keys of the ledger, each with the proof of its entry. */
  keys(): Promise<{ readonly origin: string; readonly keys: readonly WrittenKey[] }>
  /**
   * A bundle of the range, piece by piece. That it was made, and by whom, is an entry, durable before
   * the first piece. Fault('unrecordable') where it cannot be written, Fault('conflict') where nothing
   * has been signed.
   */
  export(about: ExportAbout): Promise<AsyncIterable<BundlePiece>>
  /** tlog-proof of one entry, which says nothing of any other; Fault('unknown_name') where it is not covered. */
  prove(position: number): Promise<string>
}

export interface ExportAbout {
  readonly by: string
  /** Positions, or instants in UTC milliseconds; everything where nothing is said. */
  readonly from?: number | undefined
  readonly to?: number | undefined
  readonly sinceMs?: number | undefined
  readonly untilMs?: number | undefined
  /** What is encrypted beside the entries as well. */
  readonly payloads: boolean
  /** Arguments and results in the clear: whoever asks for them may read them. */
  readonly disclose: boolean
}

const entriesAtOnce = 1000

export const createEvidence = ({
  plane,
  store,
  ledger,
  tree,
  recorded,
  clock,
  version,
}: {
  plane: PlaneId
  store: Store
  ledger: Pick<PlaneLedger, 'append'>
  tree: { signing(): Promise<Signing | undefined>; keep(): Promise<void> }
  recorded: RecordedQuery
  clock: Clock
  version: string
}): Evidence => {
  const { ledger: file, capabilityVersions } = store.plane(plane)

  /** Everything that was written so far is covered, where this process keeps the tree. */
  const signed = async (): Promise<Signing & { readonly last: CheckpointRow }> => {
    await tree.keep()
    const signing = await signer()
    const { checkpoint } = await file.tree.standing()
    if (signing.problem !== undefined || checkpoint === undefined)
      throw unsigned(signing.problem ?? 'nothing of its ledger has been signed')
    return { ...signing, last: checkpoint }
  }
  const signer = async (): Promise<Signing> => {
    const signing = await tree.signing()
    if (signing === undefined) throw unsigned('nothing of its ledger has been signed')
    return signing
  }
  const unsigned = (problem: string): Fault =>
    new Fault('conflict', { detail: `${plane}: ${problem}.`, fix: `bailiwick verify ${plane}` })

  const spanHash = async (span: Span, generation: number): Promise<Hash> =>
    rootOf(await hashesOf(file.tree, nodesOf(span), generation))

  const proofUnder = async (position: number, checkpoint: CheckpointRow): Promise<string> => {
    const { generation, size, note } = checkpoint
    const spans = inclusionSpans(position - 1, size)
    const proof = await Promise.all(spans.map((span) => spanHash(span, generation)))
    const extra = Buffer.from((await bodiesOf(file, position, 1))[0] ?? '')
    return tlogProofText({ extra, index: position - 1, proof, checkpoint: note })
  }

  const keysOf = async ({ origin, generation, key, keys }: Signing): Promise<WrittenKey[]> => {
    const [oldest] = await file.tree.checkpoints(generation, 1, 1)
    const first = oldest && verifyCheckpoint(oldest.note, keys)?.key
    const written: WrittenKey[] = []
    for (const one of keys) {
      if (one.number < (first ?? key.number) || one.number > key.number) continue
      const publicKey = Buffer.from(one.publicKey).toString('base64')
      const about = { types: ['ledger.key'] as const, fields: { publicKey } }
      const position = (await file.readBack(undefined, 1, about))[0]?.position ?? 0
      const covering = written.length > 0 && (await firstCovering(file.tree, generation, position))
      written.push({
        key: verifierKeyText(ledgerKey(origin, one.publicKey, position).plain),
        position,
        ...(covering && { proof: await proofUnder(position, covering) }),
      })
    }
    return written
  }

  const rangeOf = async (about: ExportAbout): Promise<{ from: number; to: number }> => {
    const { sinceMs, untilMs } = about
    const size = await file.size()
    const { to: pruned } = await file.pruning()
    const from =
      about.from ?? Math.max(pruned + 1, sinceMs === undefined ? 1 : await file.seek(sinceMs))
    if (from <= pruned) throw await prunedFault(file, plane, from)
    const to = about.to ?? (untilMs === undefined ? size : (await file.seek(untilMs)) - 1)
    if (from > size + 1 || to > size || to < from - 1)
      throw new Fault('usage', {
        detail: `${plane}: there are entries 1 to ${size}, and ${from} to ${to} were asked for.`,
      })
    return { from, to }
  }

  return {
    async keys() {
      const signing = await signer()
      return { origin: signing.origin, keys: await keysOf(signing) }
    },
    async prove(position) {
      if (position >= 1 && (await bodiesOf(file, position, 1, position)).length === 0) {
        const { to } = await file.pruning()
        if (position <= to) throw await prunedFault(file, plane, position)
      }
      const { last } = await signed()
      if (position >= 1 && position <= last.size) return await proofUnder(position, last)
      throw new Fault('unknown_name', {
        detail: `${plane}: there is no entry ${position} among the ${last.size} that are signed.`,
      })
    },
    async export(about) {
      const { by, payloads, disclose } = about
      const { from, to } = await rangeOf(about)
      const at = clock.now()
      const included = [
        ...(payloads ? (['payloads'] as const) : []),
        ...(disclose ? (['arguments'] as const) : []),
      ]
      await ledger.append({
        type: 'ledger.exported',
        v: 1,
        at,
        plane,
        by,
        from,
        to,
        with: included,
      })
      const standing = await signed()
      const { origin, generation, key, last } = standing
      const { size } = last
      if (to > size)
        throw new Fault('conflict', {
          detail: `${plane}: entries up to ${size} are signed, and ${to} is asked for.`,
          fix: 'try again in a second, or export up to a position',
        })
      const { definition, collect } = definitionsOf(capabilityVersions)
      const signing = { key: ledgerKey(origin, key.publicKey, 0).plain, privateKey: key.privateKey }
      return makeBundle({
        ...{ plane, origin, from, to, size, at, by, version, definition },
        keys: await keysOf(standing),
        left: await hashesOf(file.tree, nodesOf({ begin: 0, end: from - 1 }), generation),
        right: await hashesOf(file.tree, nodesOf({ begin: to, end: size }), generation),
        entries: entriesOf(file, from, to, collect),
        checkpoints: checkpointsOf(file.tree, { generation, from, to, last }),
        policy: policyOf(store.revisions, plane),
        ...(payloads && { payloads: payloadsOf(file, from, to) }),
        ...(disclose && { disclosed: disclosedOf({ plane, file, recorded }, from, to) }),
        sign: (text) => signNote(text, [signing], 0),
      })
    },
  }
}

/**
 * Bodies as they were written: entries are canonical, and JSON keeps the order of names, so that
 * writing them again gives the same text. Where it does not, their hash shows it.
 */
const bodiesOf = async (
  file: Pick<LedgerFile, 'read'>,
  from: number,
  most: number,
  to = Number.MAX_SAFE_INTEGER,
): Promise<string[]> =>
  (await file.read(from, most, { before: to + 1 })).map(({ entry }) => JSON.stringify(entry))

/** Of an entry whose body has gone: when, and from where on there are some. */
const prunedFault = async (file: LedgerFile, plane: PlaneId, position: number): Promise<Fault> => {
  const { to } = await file.pruning()
  const said = await findPruned(file, position)
  const on = said === undefined ? '' : ` on ${new Date(said.at).toISOString().slice(0, 10)}`
  return new Fault('unknown_name', {
    detail: `${plane}: entry ${position} was pruned${on}: entries from ${to + 1} on are kept.`,
  })
}

async function* entriesOf(
  file: LedgerFile,
  from: number,
  to: number,
  collect: (body: string) => void,
): AsyncGenerator<readonly string[]> {
  for (let at = from; at <= to; ) {
    const bodies = await bodiesOf(file, at, Math.min(entriesAtOnce, to - at + 1))
    const leaves = await file.tree.leafHashes(at, bodies.length)
    for (const [index, body] of bodies.entries()) {
      if (Buffer.compare(leafHash(body), leaves.subarray(index * 32, index * 32 + 32)) !== 0)
        throw new Fault('unrecordable', {
          detail: `entry ${at + index} is not in its canonical form: bailiwick verify says more`,
        })
      collect(body)
    }
    if (bodies.length === 0) return
    yield bodies
    at += bodies.length
  }
}

/** Entries of the range that say what the hash of their payload is. */
async function* recordedIn(
  file: LedgerFile,
  from: number,
  to: number,
): AsyncGenerator<StoredEntry> {
  for (let at = from; at <= to; at += entriesAtOnce) {
    const stored = await file.read(at, Math.min(entriesAtOnce, to - at + 1))
    for (const one of stored)
      if ('argumentsSealed' in one.entry || 'resultSealed' in one.entry) yield one
  }
}

/** Some may have been let go of. */
async function* payloadsOf(
  file: LedgerFile,
  from: number,
  to: number,
): AsyncGenerator<{ position: number; sealed: Uint8Array }> {
  for await (const { position } of recordedIn(file, from, to)) {
    const sealed = await file.findPayload(position)
    if (sealed !== undefined) yield { position, sealed }
  }
}

/** What an entry commits to, as far as it can be opened; of what cannot, why. */
async function* disclosedOf(
  about: {
    readonly plane: PlaneId
    readonly file: LedgerFile
    readonly recorded: RecordedQuery
  },
  from: number,
  to: number,
): AsyncGenerator<Disclosed | Withheld> {
  const { plane, file, recorded } = about
  for await (const stored of recordedIn(file, from, to)) {
    const { position } = stored
    const found = await recorded.open(plane, stored)
    if (found.state === 'none') continue
    if (found.state !== 'whole') yield { position, because: found.state }
    else if (found.nonce !== undefined) yield { position, nonce: found.nonce, plain: found.bytes }
  }
}
