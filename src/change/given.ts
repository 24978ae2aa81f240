import type { Document } from '#domain/documents.ts'
import { Fault } from '#lib/fault.ts'
import { canonical } from './canonical.ts'
import { checkDocument } from './check.ts'
import type { Finding, SourceFile } from './finding.ts'
import { type Given, headOf } from './plan.ts'
import { type RawDocument, readDocuments } from './read.ts'
import { cureOfSecrets, findSecretShapes } from './secrets.ts'

interface Checked {
  readonly given: Given[]
  readonly findings: Finding[]
}

/**
 * The documents of some files, each checked by itself. `isWhole` is false where something could not be
 * read: then nobody can tell which names it would have had.
 */
export async function readGiven(
  files: readonly SourceFile[],
  breathe: () => Promise<void>,
): Promise<Checked & { isWhole: boolean }> {
  if (files.length === 0) throw new Fault('usage', { detail: 'there is no file to apply' })
  const { documents, findings } = await readDocuments(files, breathe)
  const isWhole = findings.length === 0
  const given: Given[] = []
  for (const raw of documents) {
    const checked = check(raw.value, raw.source)
    findings.push(...checked.findings)
    given.push(...checked.given)
    await breathe()
  }
  return { given, isWhole, findings: [...findings, ...files.flatMap(secretsInText)] }
}

/** A document that a command made: checked as if it had been written. */
export const givenByCommand = (document: Document): Checked =>
  check(document as unknown as Record<string, unknown>, undefined)

function check(value: RawDocument['value'], source: RawDocument['source'] | undefined): Checked {
  const { document, findings } = checkDocument(value, source)
  const head = headOf(value)
  const given = head && { ...head, value, source, document: document && canonical(document) }
  return { given: given ? [given] : [], findings: [...findings] }
}

/** In comments too, and where the text could not be read as YAML. */
const secretsInText = (file: SourceFile): Finding[] =>
  findSecretShapes(file.text).map(({ offset, what }) => ({
    code: 'secret in file',
    message: `this line holds what looks like ${what}; ${cureOfSecrets}`,
    at: { file, offset },
  }))
