import { hash } from 'node:crypto'
import { parseNote, verifyNote } from '#lib/signed-note.ts'
import type { LedgerKey } from './keys.ts'

export const bundleFormat = 'bailiwick-ledger/1'

/** What a bundle says of itself, in canonical JSON; docs/ledger-bundle.md. */
export interface Manifest {
  readonly format: typeof bundleFormat
  readonly plane: string
  readonly origin: string
  /** Positions of the first and the last entry; `to` is `from` − 1 where there is none. */
  readonly from: number
  readonly to: number
  /** Of the last checkpoint. */
  readonly size: number
  /** How many there are. */
  readonly checkpoints: number
  /** UTC milliseconds, and by whom it was made, with which version. */
  readonly at: number
  readonly by: string
  readonly version: string
  /** Fingerprints of definitions that the entries name and nobody has any more. */
  readonly missing: readonly string[]
  readonly files: Readonly<Record<string, { readonly bytes: number; readonly sha256: string }>>
}

/** Every file of a bundle beside the manifest and its note; the rest may be there. */
export const requiredFiles = [
  'README.txt',
  'checkpoints.jsonl',
  'definitions.jsonl',
  'entries.jsonl',
  'keys.jsonl',
  'leaves',
  'policy.jsonl',
  'proof.json',
  'verify.py',
] as const
export const optionalFiles = ['disclosed.jsonl', 'payloads.jsonl'] as const
export const manifestFile = 'manifest.json'
export const manifestNoteFile = 'manifest.note'

/** The text that the ledger's key signs, so that no byte of a bundle is without a signature. */
export const manifestNoteText = (origin: string, manifest: Uint8Array): string =>
  `${origin}/bundle\n${hash('sha256', manifest, 'hex')}\n`

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0
const isText = (value: unknown): boolean => typeof value === 'string'
const isHash = (value: unknown): boolean =>
  typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)
const isHashes = (value: unknown): boolean => Array.isArray(value) && value.every(isHash)
const isFiles = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.values(value).every(
    (file) =>
      typeof file === 'object' &&
      Object.keys(file).join() === 'bytes,sha256' &&
      isCount(file.bytes) &&
      isHash(file.sha256),
  )

const fields: Readonly<Record<keyof Manifest, (value: unknown) => boolean>> = {
  at: isCount,
  by: isText,
  checkpoints: isCount,
  files: isFiles,
  format: (value) => value === bundleFormat,
  from: isCount,
  missing: isHashes,
  origin: isText,
  plane: isText,
  size: isCount,
  to: isCount,
  version: isText,
}

export const readManifest = (bytes: Uint8Array): Manifest | { readonly problem: string } => {
  const text = Buffer.from(bytes).toString('utf8')
  const value = parsed(text)
  if (value === undefined) return { problem: 'it is not JSON' }
  if (Object.keys(value).join() !== Object.keys(fields).join())
    return { problem: 'its fields are not those of a manifest, in their order' }
  for (const [name, holds] of Object.entries(fields))
    if (!holds(value[name])) return { problem: `its ${name} cannot be that` }
  if (`${JSON.stringify(value)}\n` !== text) return { problem: 'it is not in canonical form' }
  const manifest = value as unknown as Manifest
  const { from, to, size } = manifest
  if (from < 1 || to < from - 1 || size < to) return { problem: 'its range is none' }
  return manifest
}

const parsed = (text: string): Record<string, unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

/** Signed once, by the newest key of the ledger; undefined where it is. */
export const manifestNoteProblem = (
  note: Uint8Array,
  about: { readonly origin: string; readonly manifest: Uint8Array; readonly key: LedgerKey },
): string | undefined => {
  const { origin, manifest, key } = about
  const read = parseNote(note)
  if ('problem' in read) return read.problem
  if (read.text !== manifestNoteText(origin, manifest))
    return `it is the note of another ${manifestFile}`
  if (read.signatures.length !== 1) return 'it is not signed exactly once'
  const verified = verifyNote(read, [key.plain])
  return 'problem' in verified ? `it is ${verified.problem}` : undefined
}
