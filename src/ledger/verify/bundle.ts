import { hashBytes, nodesOf } from '#lib/merkle.ts'
import { type BundleFiles, checkFiles, readWhole } from './bundle-files.ts'
import { checkDefinitions, checkPolicy, createNamed } from './context.ts'
import { createFindings, type Findings } from './findings.ts'
import { type Against, type Kept, keptProblem } from './kept.ts'
import { type LedgerKey, readKeys, trustProblem, type WrittenKey } from './keys.ts'
import { type LedgerVerdict, verifyLedger } from './ledger.ts'
import { linesOf, objectsOf, Unreadable } from './lines.ts'
import {
  type Manifest,
  manifestFile,
  manifestNoteFile,
  manifestNoteProblem,
  readManifest,
} from './manifest.ts'
import { checkDisclosed, checkPayloads } from './payloads.ts'

export interface BundleVerdict {
  readonly findings: Findings
  /** As far as it could be read. */
  readonly manifest: Manifest | undefined
  readonly keys: readonly LedgerKey[]
  readonly ledger: LedgerVerdict | undefined
}

const smallBytes = 64 * 1024 * 1024
/** A body has at most 16 KiB. */
const entryLineBytes = 16 * 1024

/**
 * Verifies an exported bundle, everything of it, by what stands in it. `trusted` is a key that was
 * handed over otherwise: without it, the bundle is only held against its own keys. `kept` is a
 * checkpoint of the same ledger that somebody kept.
 */
export const verifyBundle = async (
  files: BundleFiles,
  about: Against = {},
): Promise<BundleVerdict> => {
  const findings = createFindings()
  const bytes = readWhole(files, manifestFile, smallBytes)
  const manifest =
    bytes === undefined
      ? { problem: 'it is missing: the bundle was not made to its end' }
      : readManifest(bytes)
  const nothing = { findings, manifest: undefined, keys: [], ledger: undefined }
  if (bytes === undefined || 'problem' in manifest) {
    findings.add(manifestFile, 'problem' in manifest ? manifest.problem : '')
    return nothing
  }
  checkFiles(files, manifest, findings)
  const keys = await keysOf(files, manifest, findings)
  const newest = keys.at(-1)
  if (newest === undefined) return { ...nothing, manifest }
  const note = readWhole(files, manifestNoteFile, smallBytes) ?? Buffer.alloc(0)
  const unsigned = manifestNoteProblem(note, {
    origin: manifest.origin,
    manifest: bytes,
    key: newest,
  })
  if (unsigned !== undefined) findings.add(manifestNoteFile, unsigned)
  const ledger = await attempt(findings, () =>
    verifyRun(files, manifest, { keys, findings, ...about }),
  )
  const stranger = trustProblem(about.trusted, keys, ledger?.last?.key)
  if (stranger !== undefined) findings.add('keys.jsonl', stranger)
  return { findings, manifest, keys, ledger }
}

const keysOf = async (
  files: BundleFiles,
  { origin }: Manifest,
  findings: Findings,
): Promise<readonly LedgerKey[]> => {
  const written: WrittenKey[] = []
  const read = async (): Promise<readonly LedgerKey[] | { readonly problem: string }> => {
    const fields = [['key', 'position'] as const, ['key', 'position', 'proof'] as const]
    const lines = objectsOf(files, 'keys.jsonl', { limitBytes: smallBytes, fields })
    for await (const { value } of lines) {
      const { proof } = value
      written.push({
        key: String(value.key),
        position: Number(value.position),
        ...(proof !== undefined && { proof: String(proof) }),
      })
    }
    return readKeys(origin, written)
  }
  const keys = (await attempt(findings, read)) ?? []
  if (!('problem' in keys)) return keys
  findings.add('keys.jsonl', keys.problem)
  return []
}

const verifyRun = async (
  files: BundleFiles,
  manifest: Manifest,
  about: {
    readonly keys: readonly LedgerKey[]
    readonly findings: Findings
    readonly kept?: Kept | undefined
    readonly progress?: (entries: number, of: number) => void
  },
): Promise<LedgerVerdict | undefined> => {
  const { findings, keys, kept, progress } = about
  const { from, to, size, plane, origin } = manifest
  const proof = readProof(files, manifest)
  if ('problem' in proof) {
    findings.add('proof.json', proof.problem)
    return undefined
  }
  const named = createNamed()
  const count = to - from + 1
  const verdict = await verifyLedger(
    {
      plane,
      origin,
      keys,
      from,
      left: proof.left,
      right: { size, hashes: proof.right },
      entries: linesOf(files, 'entries.jsonl', entryLineBytes),
      checkpoints: notesOf(files),
      leaf: {
        of: createLeaves(files, manifest),
        where: (position) => ({ file: 'leaves', place: position - from }),
      },
      entry: named.take,
      progress: (entries) => progress?.(entries, count),
    },
    findings,
    kept === undefined ? [] : [kept.size],
  )
  checkCounts(manifest, verdict, findings)
  const changed = kept && keptProblem(kept, { origin, keys, verdict, size })
  if (changed !== undefined) findings.add('the kept checkpoint', changed)
  await checkDefinitions(files, manifest, named, findings)
  await checkPolicy(files, named, findings)
  await checkPayloads(files, manifest, findings)
  await checkDisclosed(files, manifest, findings)
  return verdict
}

async function* notesOf(files: BundleFiles): AsyncGenerator<string> {
  const about = { limitBytes: smallBytes, fields: [['note'] as const] }
  for await (const { value } of objectsOf(files, 'checkpoints.jsonl', about))
    yield String(value.note)
}

/** The hashes are read where they lie: there are as many as entries. */
const createLeaves = (files: BundleFiles, { from }: Manifest) => {
  const pageHashes = 8192
  let page: Uint8Array = Buffer.alloc(0)
  let first = Number.NaN
  return (position: number): Uint8Array | undefined => {
    const index = position - from
    if (index < 0) return undefined
    const start = index - (index % pageHashes)
    if (start !== first) {
      page = files.read('leaves', start * hashBytes, pageHashes * hashBytes)
      first = start
    }
    const hash = page.subarray((index - start) * hashBytes, (index - start + 1) * hashBytes)
    return hash.length === hashBytes ? hash : undefined
  }
}

const readProof = (
  files: BundleFiles,
  { from, to, size }: Manifest,
): { readonly left: Buffer[]; readonly right: Buffer[] } | { readonly problem: string } => {
  const text = Buffer.from(readWhole(files, 'proof.json', smallBytes) ?? []).toString('utf8')
  const [, left, right] = /^\{"left":\[(.*?)\],"right":\[(.*?)\]\}\n$/.exec(text) ?? []
  const hashes = [left, right].map((list) =>
    list === undefined || list === '' ? [] : list.split(','),
  )
  if (left === undefined || !hashes.flat().every((one) => /^"[0-9a-f]{64}"$/.test(one)))
    return { problem: 'it is not what the format says of it' }
  const [leftHashes = [], rightHashes = []] = hashes.map((list) =>
    list.map((one) => Buffer.from(one.slice(1, -1), 'hex')),
  )
  if (
    leftHashes.length !== nodesOf({ begin: 0, end: from - 1 }).length ||
    rightHashes.length !== nodesOf({ begin: to, end: size }).length
  )
    return { problem: `it has not the hashes that prove entries ${from} to ${to} of ${size}` }
  return { left: leftHashes, right: rightHashes }
}

const checkCounts = (
  { from, to, size, checkpoints }: Manifest,
  verdict: LedgerVerdict,
  findings: Findings,
): void => {
  const entries = to - from + 1
  if (verdict.entries !== entries)
    findings.add('entries.jsonl', `it has ${verdict.entries} entries, and was made with ${entries}`)
  if (verdict.checkpoints !== checkpoints)
    findings.add(
      'checkpoints.jsonl',
      `it has ${verdict.checkpoints} checkpoints, and was made with ${checkpoints}`,
    )
  if (verdict.last?.size !== size)
    findings.add('checkpoints.jsonl', `no checkpoint of ${size} entries has the root of these`)
}

const attempt = async <T>(findings: Findings, task: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await task()
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    findings.add(error.where, error.message)
    return undefined
  }
}
