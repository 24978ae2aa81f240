import { hash } from 'node:crypto'
import { fromBase64 } from '#lib/signed-note.ts'
import { readBody } from './body.ts'
import type { BundleFiles } from './bundle-files.ts'
import type { Findings } from './findings.ts'
import { linesOf, objectsOf } from './lines.ts'
import type { Manifest } from './manifest.ts'
import type { Shaped } from './shapes.ts'

/** A payload as base64 in JSON: arguments and results are bounded by their recording. */
const lineLimitBytes = 256 * 1024 * 1024
const entryLineBytes = 16 * 1024

/** What is encrypted, held against the hash that its entry has of it. */
export const checkPayloads = (
  files: BundleFiles,
  manifest: Manifest,
  findings: Findings,
): Promise<void> =>
  inStep(files, manifest, findings, {
    name: 'payloads.jsonl',
    fields: ['position', 'sealed'],
    check(entry, { sealed }) {
      const bytes = typeof sealed === 'string' ? fromBase64(sealed) : undefined
      if (bytes === undefined) return 'it is not base64'
      const kept = entry[entry.type === 'call.outcome' ? 'resultSealed' : 'argumentsSealed']
      if (kept === undefined) return 'its entry has no hash of it'
      return kept === hash('sha256', bytes, 'hex') ? undefined : 'its entry has another hash of it'
    },
  })

const label = Buffer.from('bailiwick/commit/v1\0')

/** Arguments and results in the clear, held against the commitment of their entry. */
export const checkDisclosed = (
  files: BundleFiles,
  manifest: Manifest,
  findings: Findings,
): Promise<void> =>
  inStep(files, manifest, findings, {
    name: 'disclosed.jsonl',
    fields: ['nonce', 'plain', 'position'],
    check(entry, { nonce, plain }) {
      const bytes = typeof plain === 'string' ? fromBase64(plain) : undefined
      if (bytes === undefined || typeof nonce !== 'string' || !/^[0-9a-f]{64}$/.test(nonce))
        return 'it is not base64 behind a nonce of 32 bytes'
      const whole = Buffer.concat([label, Buffer.from(nonce, 'hex'), bytes])
      const kept = entry[entry.type === 'call.outcome' ? 'resultCommit' : 'argumentsCommit']
      if (kept === undefined) return 'its entry commits to nothing'
      return kept === hash('sha256', whole, 'hex') ? undefined : 'its entry commits to another text'
    },
  })

/** Lines that belong to entries, in the order of positions, beside a second look at the entries. */
const inStep = async <Field extends string>(
  files: BundleFiles,
  { from, to }: Manifest,
  findings: Findings,
  about: {
    readonly name: string
    readonly fields: readonly Field[]
    check(entry: Shaped, value: Readonly<Record<Field, unknown>>): string | undefined
  },
): Promise<void> => {
  const { name, fields, check } = about
  if (files.size(name) === undefined) return
  const at = createEntryAt(files, from)
  let before = from - 1
  const lines = objectsOf(files, name, { limitBytes: lineLimitBytes, fields: [fields] })
  for await (const { line, value } of lines) {
    const position = Number((value as Record<string, unknown>).position)
    const add = (says: string): void =>
      findings.add(`${name} line ${line} (entry ${position})`, says)
    if (!Number.isSafeInteger(position) || position <= before || position > to) {
      add('positions are not in their order, within the range')
      continue
    }
    before = position
    const entry = await at(position)
    const problem = entry === undefined ? 'its entry is not there' : check(entry, value)
    if (problem !== undefined) add(problem)
  }
}

/** Entries by positions that only grow. */
const createEntryAt = (files: BundleFiles, from: number) => {
  const batches = linesOf(files, 'entries.jsonl', entryLineBytes)
  let batch: readonly string[] = []
  let first = from
  return async (position: number): Promise<Shaped | undefined> => {
    while (position >= first + batch.length) {
      first += batch.length
      const { value, done } = await batches.next()
      if (done === true) return undefined
      batch = value
    }
    const read = readBody(batch[position - first] ?? '')
    return 'entry' in read ? read.entry : undefined
  }
}
