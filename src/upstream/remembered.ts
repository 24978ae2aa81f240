import { createHash } from 'node:crypto'
import type { JsonObject } from '#lib/json.ts'

/**
 * Results that were read before, by what was asked. Servers are asked for their lists again and again,
 * and mostly answer what they answered before: then that is not parsed again, and comes as the same
 * object. Only a digest is kept of the bytes.
 */
export interface Remembered {
  /** The result that came with exactly these bytes, but for the id of the request. */
  find(asked: string, id: number, bytes: Uint8Array): JsonObject | undefined
  keep(asked: string, id: number, bytes: Uint8Array, result: JsonObject): void
}

/** Pages of one server; the longest unused is forgotten. */
const MOST = 1000

export function createRemembered(): Remembered {
  const known = new Map<string, { readonly digest: string; readonly result: JsonObject }>()
  return {
    find(asked, id, bytes) {
      const before = known.get(asked)
      return before && before.digest === digestOf(id, bytes) ? before.result : undefined
    },
    keep(asked, id, bytes, result) {
      const digest = digestOf(id, bytes)
      known.delete(asked)
      if (digest !== undefined) known.set(asked, { digest, result })
      const [first] = known.keys()
      if (known.size > MOST && first !== undefined) known.delete(first)
    },
  }
}

/**
 * Of everything but the id, and of where the id stands. Undefined where its digits stand anywhere else
 * as well: then which of them is the id is not known without reading.
 */
function digestOf(id: number, bytes: Uint8Array): string | undefined {
  const digits = String(id)
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const at = all.indexOf(digits)
  if (at < 0 || all.indexOf(digits, at + 1) >= 0) return undefined
  const hash = createHash('sha256').update(`${at} ${digits.length} `)
  return hash
    .update(all.subarray(0, at))
    .update(all.subarray(at + digits.length))
    .digest('base64')
}
