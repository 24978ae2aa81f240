import { hash } from 'node:crypto'
import type { BundleFiles } from './bundle-files.ts'
import type { Findings } from './findings.ts'
import { linesOf, objectsOf } from './lines.ts'
import type { Manifest } from './manifest.ts'
import type { Shaped } from './shapes.ts'

const lineLimitBytes = 64 * 1024 * 1024

/** What the entries name that stands elsewhere in the bundle. */
export interface Named {
  /** Fingerprints of definitions. */
  readonly definitions: ReadonlySet<string>
  /** Entries `policy.changed` by revision. */
  readonly changes: ReadonlyMap<number, { readonly position: number; readonly entry: Shaped }>
  readonly take: (position: number, entry: Shaped) => void
}

export const createNamed = (): Named => {
  const definitions = new Set<string>()
  const changes = new Map<number, { position: number; entry: Shaped }>()
  return {
    definitions,
    changes,
    take(position, entry) {
      if (entry.type === 'call.intent') definitions.add(String(entry.definition))
      if (entry.type === 'policy.changed') changes.set(Number(entry.revision), { position, entry })
    },
  }
}

/** A line is the very text whose SHA-256 is the fingerprint. */
export const checkDefinitions = async (
  files: BundleFiles,
  { missing }: Manifest,
  { definitions }: Named,
  findings: Findings,
): Promise<void> => {
  const open = new Set(definitions)
  let line = 0
  for await (const lines of linesOf(files, 'definitions.jsonl', lineLimitBytes)) {
    for (const text of lines) {
      line++
      const fingerprint = hash('sha256', text, 'hex')
      if (!open.delete(fingerprint))
        findings.add(`definitions.jsonl line ${line}`, `no entry names its hash, ${fingerprint}`)
    }
  }
  for (const fingerprint of missing)
    if (!open.delete(fingerprint))
      findings.add('manifest.json', `${fingerprint} is said to be missing and is not`)
  for (const fingerprint of open)
    findings.add('definitions.jsonl', `the definition ${fingerprint} is missing`)
}

export const policyFields = [
  ['at', 'by', 'changes', 'revision', 'set', 'summary', 'why'] as const,
] as const

/** Every change that an entry tells is there, and says the same. */
export const checkPolicy = async (
  files: BundleFiles,
  { changes }: Named,
  findings: Findings,
): Promise<void> => {
  const open = new Map(changes)
  let before = 0
  const about = { limitBytes: lineLimitBytes, fields: policyFields }
  for await (const { line, value } of objectsOf(files, 'policy.jsonl', about)) {
    const revision = Number(value.revision)
    if (!Number.isSafeInteger(revision) || revision <= before)
      findings.add(`policy.jsonl line ${line}`, 'revisions are not in their order')
    before = revision
    const told = open.get(revision)
    open.delete(revision)
    if (told === undefined) continue
    const { by, set, summary, why } = told.entry
    if (
      value.by !== by ||
      value.set !== set ||
      value.summary !== summary ||
      value.why !== (why ?? '')
    )
      findings.add(`policy.jsonl line ${line}`, `entry ${told.position} says something else of it`)
  }
  for (const [revision, { position }] of open)
    findings.add('policy.jsonl', `revision ${revision}, which entry ${position} tells, is missing`)
}
