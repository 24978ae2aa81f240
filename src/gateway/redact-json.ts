import { canonicalJson, type JsonDocument, type JsonValue, readJson, spanOf } from '#lib/json.ts'
import type { Room } from '#lib/json-path.ts'
import type { Redaction } from '#lib/redaction.ts'

/** More than this is not looked through, and so not shown. */
export const redactionLimits = {
  /** Of a result or a body as it came. */
  bytes: 2 * 1024 * 1024,
  /** How deep and of how many values one JSON text may be. */
  depth: 128,
  nodes: 200_000,
  /** How many places all paths together may look at in one result. */
  visits: 400_000,
} as const

/** One result under the redaction of a variant. */
export interface Looking {
  readonly redaction: Redaction
  readonly room: Room
  /** Undefined where the result has no structuredContent. */
  readonly structured: Structured | undefined
}

/**
 * Where there is structuredContent, a text is shown only if it says the same: in another shape the
 * paths would select nothing, and what they are about would stand there.
 */
export interface Structured {
  /** As it is written. */
  readonly bytes: Buffer
  /** Undefined where it cannot be read, so that no text says the same. */
  readonly canonical: string | undefined
  /** Undefined where it is withheld. */
  readonly redacted: JsonValue | undefined
}

export function lookAt(redaction: Redaction): Looking {
  return { redaction, room: { left: redactionLimits.visits }, structured: undefined }
}

export function lookAtResult(redaction: Redaction, doc: JsonDocument): Looking {
  const looking = lookAt(redaction)
  const span = spanOf(doc, 'structuredContent')
  if (span === undefined) return looking
  const bytes = Buffer.from(doc.bytes.subarray(span.start, span.end))
  const value = readBounded(bytes, 'refuse')?.value
  return {
    ...looking,
    structured: {
      bytes,
      canonical: value === undefined ? undefined : canonicalJson(value),
      redacted: redactValue(value, looking),
    },
  }
}

/** Undefined where it is withheld. */
export function redactJson(bytes: Buffer, looking: Looking): JsonValue | undefined {
  const { structured } = looking
  if (structured?.bytes.equals(bytes)) return structured.redacted
  const value = readBounded(bytes, 'refuse')?.value
  if (structured === undefined) return redactValue(value, looking)
  const isSame = value !== undefined && canonicalJson(value) === structured.canonical
  return isSame ? structured.redacted : undefined
}

/** A lone text or number has no fields to name. */
function redactValue(value: JsonValue | undefined, { redaction, room }: Looking) {
  const hasFields = typeof value === 'object' && value !== null
  return hasFields ? redaction.apply(value, room) : undefined
}

/** Undefined for what is no JSON, or none that two parsers surely read alike, or is out of bounds. */
export function readBounded(
  bytes: Uint8Array,
  inexactNumbers: 'keep' | 'refuse',
): JsonDocument | undefined {
  const { bytes: most, depth, nodes } = redactionLimits
  if (bytes.length > most) return undefined
  try {
    return readJson(bytes, { depth, nodes, inexactNumbers })
  } catch {
    return undefined
  }
}
