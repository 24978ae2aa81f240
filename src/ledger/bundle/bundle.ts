import { createHash } from 'node:crypto'
import type { Hash } from '#lib/merkle.ts'
import { leafHash } from '#lib/merkle.ts'
import type { WrittenKey } from '../verify/keys.ts'
import {
  bundleFormat,
  type Manifest,
  manifestFile,
  manifestNoteFile,
  manifestNoteText,
} from '../verify/manifest.ts'
import { readme, verifier } from './with.ts'

/** A piece of one of the files; those of different files may alternate. */
export interface BundlePiece {
  readonly file: string
  readonly bytes: Uint8Array
}

export interface PolicyRevision {
  readonly at: number
  readonly by: string
  readonly changes: readonly object[]
  readonly revision: number
  readonly set: string
  readonly summary: string
  readonly why: string
}

/** What a bundle is made of. Everything comes as it is asked for: a bundle may be larger than memory. */
export interface BundleSource extends Pick<Manifest, 'plane' | 'origin' | 'at' | 'by' | 'version'> {
  readonly from: number
  readonly to: number
  /** Of the last checkpoint. */
  readonly size: number
  readonly keys: readonly WrittenKey[]
  /** Of the nodes that cover what lies before the range, and behind it up to `size`. */
  readonly left: readonly Hash[]
  readonly right: readonly Hash[]
  readonly entries: AsyncIterable<readonly string[]>
  /** Notes of sizes from `from` − 1 to `to`, and the last one; oldest first. */
  readonly checkpoints: AsyncIterable<string>
  /** The text whose SHA-256 it is; undefined where nobody has it any more. */
  definition(fingerprint: string): Promise<string | undefined>
  readonly policy: AsyncIterable<PolicyRevision>
  readonly payloads?: AsyncIterable<{ readonly position: number; readonly sealed: Uint8Array }>
  /** Of every entry that has one: the text, or why it is not there. */
  readonly disclosed?: AsyncIterable<Disclosed | Withheld>
  /** The note of the text, by the ledger's newest key. */
  sign(text: string): string
}

export interface Disclosed {
  readonly position: number
  readonly nonce: Uint8Array
  readonly plain: Uint8Array
}

/** Why the text of an entry is left out: see `Recorded`. */
export interface Withheld {
  readonly position: number
  readonly because: 'erased' | 'pruned' | 'digest' | 'altered'
}

/** What of the texts went along, and what did not. */
export type DisclosedCounts = ReadonlyMap<'disclosed' | Withheld['because'], number>

/** The bundle, piece by piece, the manifest and its note last. */
export async function* makeBundle(source: BundleSource): AsyncGenerator<BundlePiece> {
  const files = createFiles()
  const definitions = new Set<string>()
  yield files.piece('verify.py', verifier())
  yield files.lines('keys.jsonl', source.keys)
  yield files.text('proof.json', `${JSON.stringify(proofOf(source))}\n`)
  for await (const bodies of source.entries) {
    yield files.text('entries.jsonl', bodies.map((body) => `${body}\n`).join(''))
    yield files.piece('leaves', Buffer.concat(bodies.map(leafHash)))
    for (const body of bodies) collectDefinition(body, definitions)
  }
  let checkpoints = 0
  for await (const note of source.checkpoints) {
    checkpoints++
    yield files.lines('checkpoints.jsonl', [{ note }])
  }
  const missing: string[] = []
  for (const fingerprint of [...definitions].sort()) {
    const text = await source.definition(fingerprint)
    if (text === undefined) missing.push(fingerprint)
    else yield files.text('definitions.jsonl', `${text}\n`)
  }
  for await (const revision of source.policy) yield files.lines('policy.jsonl', [revision])
  const counts = yield* secrets(source, files)
  yield files.piece('README.txt', readme(source, counts))
  yield* files.empty([
    'entries.jsonl',
    'leaves',
    'checkpoints.jsonl',
    'definitions.jsonl',
    'policy.jsonl',
  ])
  yield* manifestOf(source, { checkpoints, missing, files: files.named() })
}

async function* secrets(
  { payloads, disclosed }: BundleSource,
  files: Files,
): AsyncGenerator<BundlePiece, DisclosedCounts | undefined> {
  if (payloads !== undefined) yield* files.empty(['payloads.jsonl'])
  for await (const { position, sealed } of payloads ?? [])
    yield files.lines('payloads.jsonl', [{ position, sealed: base64(sealed) }])
  if (disclosed === undefined) return undefined
  yield* files.empty(['disclosed.jsonl'])
  const counts = new Map<'disclosed' | Withheld['because'], number>()
  for await (const one of disclosed) {
    const kind = 'because' in one ? one.because : 'disclosed'
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
    if ('because' in one) continue
    const { position, nonce, plain } = one
    const line = { nonce: Buffer.from(nonce).toString('hex'), plain: base64(plain), position }
    yield files.lines('disclosed.jsonl', [line])
  }
  return counts
}

function* manifestOf(
  source: BundleSource,
  found: Pick<Manifest, 'checkpoints' | 'missing' | 'files'>,
): Generator<BundlePiece> {
  const { at, by, from, origin, plane, size, to, version } = source
  const { checkpoints, files, missing } = found
  const manifest: Manifest = {
    ...{ at, by, checkpoints, files, format: bundleFormat, from },
    ...{ missing, origin, plane, size, to, version },
  }
  const bytes = Buffer.from(`${JSON.stringify(manifest)}\n`)
  yield { file: manifestFile, bytes }
  yield { file: manifestNoteFile, bytes: Buffer.from(source.sign(manifestNoteText(origin, bytes))) }
}

const proofOf = ({ left, right }: BundleSource) => ({ left: left.map(hex), right: right.map(hex) })

/** Entries are canonical: the fingerprint of an intent stands in its one place and spelling. */
const collectDefinition = (body: string, into: Set<string>): void => {
  if (!body.includes('"type":"call.intent"')) return
  const { type, definition } = JSON.parse(body)
  if (type === 'call.intent') into.add(definition)
}

interface Files {
  piece(file: string, bytes: Uint8Array): BundlePiece
  text(file: string, text: string): BundlePiece
  lines(file: string, objects: readonly object[]): BundlePiece
  /** Those of which there is nothing yet, so that they are there. */
  empty(names: readonly string[]): Iterable<BundlePiece>
  named(): Manifest['files']
}

const createFiles = (): Files => {
  const made = new Map<string, { bytes: number; hash: ReturnType<typeof createHash> }>()
  const piece = (file: string, bytes: Uint8Array): BundlePiece => {
    const known = made.get(file) ?? { bytes: 0, hash: createHash('sha256') }
    made.set(file, known)
    known.bytes += bytes.length
    known.hash.update(bytes)
    return { file, bytes }
  }
  const text = (file: string, written: string) => piece(file, Buffer.from(written))
  return {
    piece,
    text,
    lines: (file, objects) => text(file, objects.map((one) => `${JSON.stringify(one)}\n`).join('')),
    empty: (names) =>
      names.filter((name) => !made.has(name)).map((name) => piece(name, Buffer.alloc(0))),
    named: () =>
      Object.fromEntries(
        [...made]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, { bytes, hash }]) => [name, { bytes, sha256: hash.copy().digest('hex') }]),
      ),
  }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
