import { type Document, documentSchemas, type Kind, kinds } from '#domain/documents.ts'
import { apiVersion } from '#domain/fields.ts'
import { type UnbuiltKey, unbuiltKeys, unbuiltKinds } from '#domain/unbuilt.ts'
import { didYouMean } from '#lib/nearest.ts'
import type { ProblemCode } from './change.ts'
import type { Finding, Source } from './finding.ts'
import { explainIssues } from './issues.ts'
import { matchPath, type Path, pathText, valueAt } from './path.ts'
import { cureOfSecrets, findSecrets } from './secrets.ts'
import { shown, subject } from './wording.ts'

/** One document checked by itself: with findings it is not a document. */
export interface Checked {
  readonly document: Document | undefined
  readonly findings: readonly Finding[]
}

/** `source` is undefined for a document that a command made. */
export function checkDocument(
  value: Readonly<Record<string, unknown>>,
  source: Source | undefined,
): Checked {
  const findings: Finding[] = []
  const fault = (code: ProblemCode, path: Path, part: 'key' | 'value', sentence: string) => {
    const message = `${subject(value)}: ${sentence}`
    findings.push({ code, message, at: source && { source, path, part } })
  }
  const version = checkVersion(value, fault)
  const secrets = checkSecrets(value, fault)
  const kind = checkKind(value, fault)
  if (!kind) return { document: undefined, findings }
  const unbuilt = checkUnbuilt(kind, value, fault)
  const parsed = documentSchemas[kind].safeParse(value)
  if (!parsed.success) {
    // What has been told of a key already is not told again in other words.
    const told = new Set([...version, ...secrets, ...unbuilt].map(pathText))
    for (const issue of explainIssues(kind, value, parsed.error.issues)) {
      if (!told.has(pathText(issue.path))) fault(issue.code, issue.path, issue.part, issue.sentence)
    }
  }
  const document = parsed.success && findings.length === 0 ? parsed.data : undefined
  return { document, findings }
}

export type Fault = (code: ProblemCode, path: Path, part: 'key' | 'value', sentence: string) => void

function checkVersion(
  { apiVersion: version }: Readonly<Record<string, unknown>>,
  fault: Fault,
): Path[] {
  const path = ['apiVersion']
  if (version === apiVersion) return []
  if (version === undefined) {
    fault('missing key', path, 'key', `apiVersion is missing; write apiVersion: ${apiVersion}`)
  } else {
    const sentence = `this version reads no apiVersion but ${apiVersion}`
    fault('unknown version', path, 'value', sentence)
  }
  return [path]
}

function checkKind({ kind }: Readonly<Record<string, unknown>>, fault: Fault): Kind | undefined {
  const known = kinds.find((one) => one === kind)
  if (known) return known
  if (kind === undefined) {
    fault('missing key', ['kind'], 'key', `kind is missing; it is one of ${kinds.join(', ')}`)
    return undefined
  }
  const written = typeof kind === 'string' ? kind : ''
  const because = unbuiltKinds.get(written)
  if (because) {
    const sentence = `kind ${written} is not built in this version; remove the document (${because})`
    fault('not built yet', ['kind'], 'value', sentence)
  } else {
    const hint = didYouMean(written, [...kinds, ...unbuiltKinds.keys()])
    const sentence = `${written === '' ? 'this' : shown(written)} is not a kind${hint || `; kinds are ${kinds.join(', ')}`}`
    fault('unknown kind', ['kind'], 'value', sentence)
  }
  return undefined
}

function checkSecrets(value: Readonly<Record<string, unknown>>, fault: Fault): Path[] {
  return findSecrets(value).map(({ path, part, what }) => {
    const place = part === 'key' ? 'a key here' : pathText(path)
    fault('secret in file', path, part, `${place} holds what looks like ${what}; ${cureOfSecrets}`)
    return path
  })
}

function checkUnbuilt(kind: Kind, value: object, fault: Fault): Path[] {
  const found: Path[] = []
  for (const unbuilt of unbuiltKeys) {
    if (unbuilt.kind !== kind) continue
    for (const path of matchPath(value, unbuilt.path, [])) {
      if (unbuilt.values && !unbuilt.values.includes(String(valueAt(value, path)))) continue
      found.push(path)
      fault(
        'not built yet',
        path,
        unbuilt.values ? 'value' : 'key',
        unbuiltSentence(unbuilt, value, path),
      )
    }
  }
  return found
}

function unbuiltSentence({ values, because }: UnbuiltKey, value: object, path: Path): string {
  const written = values ? `${pathText(path)}: ${valueAt(value, path)}` : pathText(path)
  const doing = values ? 'change it' : 'remove it'
  return `\`${written}\` is not built in this version; ${doing} (${because})`
}
