import { isObject, JsonError, type JsonLimits, readJson } from '#lib/json.ts'
import { type ForeignKey, readJwk } from './jwk.ts'

export type KeySet = ReadonlyMap<string, ForeignKey>

const limits: JsonLimits = { depth: 8, nodes: 20_000 }
const mostKeys = 200

/**
 * A key set (RFC 7517 §5) by key id, or undefined where it is none. What is no key for us is left
 * out; of two under one id neither is taken, since nobody can tell which is meant. A key that was
 * there before stays the same object.
 */
export function readJwks(bytes: Uint8Array, before: KeySet): KeySet | undefined {
  const set = readObject(bytes)
  const listed = set?.keys
  if (!Array.isArray(listed) || listed.length > mostKeys) return undefined
  const keys = new Map<string, ForeignKey>()
  const twice = new Set<string>()
  for (const one of listed) {
    const key = readJwk(one)
    if (key === undefined) continue
    if (keys.has(key.kid)) twice.add(key.kid)
    const known = before.get(key.kid)
    keys.set(key.kid, known?.text === key.text ? known : key)
  }
  for (const kid of twice) keys.delete(kid)
  return keys
}

/** Undefined where it is not one JSON object that every reader reads alike. */
export function readObject(bytes: Uint8Array, within = limits) {
  try {
    const { value } = readJson(bytes, within)
    return isObject(value) ? value : undefined
  } catch (error) {
    if (error instanceof JsonError) return undefined
    throw error
  }
}
