import { isObject, type JsonObject, type JsonValue } from '#lib/json.ts'
import { quoted } from '../quoted.ts'
import { type Finding, pointerTo, tokensOfPointer } from './finding.ts'

/** A value of the document and where it stands. */
export interface Place {
  readonly value: JsonValue
  readonly pointer: string
}

export interface References {
  /** The member of an object, where it is there. */
  member(place: Place, key: string): Place | undefined
  /** What a reference leads to in the end, and what is no reference itself; or why it leads nowhere. */
  follow(place: Place): Place | Finding
  /** What one reference of a schema stands for. */
  target(ref: string, at: string): Place | Finding
}

/** The document's own references, `#/…` (RFC 6901 §6). There are no others: see findOutward. */
export const createReferences = (root: JsonObject): References => {
  const target: References['target'] = (ref, at) => {
    const tokens = localTokens(ref)
    if (!tokens) return leftOut(at, outwardMessage(ref))
    const value = walk(root, tokens)
    if (value === undefined) return leftOut(at, `$ref ${quoted(ref)} leads nowhere`)
    return { value, pointer: pointerTo('', ...tokens) }
  }

  return {
    member(place, key) {
      const { value, pointer } = place
      if (!isObject(value) || !Object.hasOwn(value, key)) return undefined
      return { value: value[key] as JsonValue, pointer: pointerTo(pointer, key) }
    },
    follow(place) {
      const seen = new Set<string>()
      let here = place
      for (let ref = refOf(here.value); ref !== undefined; ref = refOf(here.value)) {
        if (seen.has(here.pointer)) return leftOut(place.pointer, 'its $ref goes round in a circle')
        seen.add(here.pointer)
        const next = target(ref, here.pointer)
        if ('message' in next) return next
        here = next
      }
      return here
    },
    target,
  }
}

const refOf = (value: JsonValue): string | undefined =>
  isObject(value) && typeof value.$ref === 'string' ? value.$ref : undefined

const leftOut = (pointer: string, message: string): Finding => ({
  pointer,
  message,
  effect: 'left out',
})

/** The names that a `#/…` leads through; undefined for what is not within this document. */
function localTokens(ref: string): string[] | undefined {
  if (!ref.startsWith('#/')) return undefined
  try {
    return tokensOfPointer(decodeURIComponent(ref.slice(1)))
  } catch {
    return undefined
  }
}

function walk(root: JsonValue, tokens: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = root
  for (const token of tokens) {
    const isThere: boolean = typeof value === 'object' && value !== null
    if (!isThere || !Object.hasOwn(value as object, token)) return undefined
    value = (value as JsonObject)[token]
  }
  return value
}

const outwardMessage = (ref: string): string =>
  ref.startsWith('#')
    ? `$ref ${quoted(ref)} is not a JSON Pointer within the document, such as #/components/schemas/Ticket`
    : `$ref ${quoted(ref)} leads out of the document: nothing else is read or fetched. Bundle it into one document`

/** Past these, they have a common cause. */
const MOST_OUTWARD = 20

/** What describes or shows and does not refer. */
const isShown = (key: string): boolean =>
  ['example', 'examples', 'default', 'enum', 'const'].includes(key) || key.startsWith('x-')

/**
 * Every `$ref` that leads out of the document, to a file or over the network, whether or not an
 * operation would come to it: such a document is refused as a whole.
 */
export function findOutward(root: JsonObject): readonly Finding[] {
  const found: Finding[] = []
  const open: Place[] = [{ value: root, pointer: '' }]
  for (let place = open.pop(); place && found.length < MOST_OUTWARD; place = open.pop()) {
    const { value, pointer } = place
    if (typeof value !== 'object' || value === null) continue
    const ref = refOf(value)
    if (ref !== undefined && !ref.startsWith('#')) {
      found.push({
        pointer: pointerTo(pointer, '$ref'),
        message: outwardMessage(ref),
        effect: 'refused',
      })
    }
    for (const [key, member] of Object.entries(value)) {
      if (typeof member === 'object' && (Array.isArray(value) || !isShown(key)))
        open.push({ value: member, pointer: pointerTo(pointer, key) })
    }
  }
  return found
}
