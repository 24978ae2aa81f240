import type { Capability } from '#domain/capability.ts'
import type { ItemDocument, PlaneDocument } from '#domain/documents.ts'
import type { Classification, RecordLevel } from '#domain/item-documents.ts'
import { classificationsIn, type Marks, marksOf } from '#domain/marks.ts'
import { compileRedaction, type Redaction } from '#lib/redaction.ts'

/** What is recorded of one side of a call: all of it, all but what is masked, or a word in its place. */
export type Shown = 'whole' | 'withheld' | Redaction

/** What is recorded of the calls of one capability. */
export interface Recording {
  readonly level: RecordLevel
  /** Its data classes, its item's included, in order. */
  readonly data: readonly string[]
  /** Those of them that the plane masks. */
  readonly masked: readonly string[]
  readonly arguments: Shown
  readonly result: Shown
  /** Of a result, at most. */
  readonly resultBytes: number
}

export const usualResultBytes = 64 * 1024

interface Documents {
  readonly plane: PlaneDocument | undefined
  readonly item: ItemDocument | undefined
}

const known = new WeakMap<Capability, Documents & { readonly recording: Recording }>()

/** Worked out once for each capability under the documents that stand; from then on a look-up. */
export const recordingOf = (capability: Capability, documents: Documents): Recording => {
  const found = known.get(capability)
  if (found && found.plane === documents.plane && found.item === documents.item)
    return found.recording
  const recording = workOut(capability, documents)
  known.set(capability, { ...documents, recording })
  return recording
}

/** A variant is recorded as what it is derived from, and with what it says besides. */
const workOut = (capability: Capability, { plane, item }: Documents): Recording => {
  const own = capability.classification
  const base = baseOf(capability, item)
  const data = [...new Set([item?.data, base?.data, own?.data].flatMap((one) => one ?? []))].sort()
  const masks = new Set(plane?.ledger?.mask)
  const masked = data.filter((one) => masks.has(one))
  const marks = marksOf(base, own)
  return {
    level: own?.record ?? base?.record ?? 'arguments',
    data,
    masked,
    arguments: shown('arguments', marks, masked),
    result: shown('result', marks, masked),
    resultBytes: plane?.ledger?.resultBytes ?? usualResultBytes,
  }
}

const baseOf = (
  { kind, classification }: Capability,
  item: ItemDocument | undefined,
): Classification | undefined => {
  const name = classification?.variantOf
  return name === undefined || !item ? undefined : classificationsIn(item, kind)?.[name]
}

/** Of a class that nobody has marked nobody knows where it stands: then nothing is shown. */
const shown = (side: keyof Marks, marks: Marks, masked: readonly string[]): Shown => {
  if (masked.length === 0) return 'whole'
  const marked = new Set([...marks.arguments.values(), ...marks.result.values()])
  if (!masked.every((one) => marked.has(one))) return 'withheld'
  const mask = [...marks[side]].flatMap(([path, its]) => (masked.includes(its) ? [path] : []))
  if (mask.length === 0) return 'whole'
  const made = compileRedaction({ remove: [], mask })
  return 'problem' in made ? 'withheld' : made
}
