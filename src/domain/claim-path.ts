import { z } from 'zod'
import { isObject, type JsonObject, type JsonValue } from '#lib/json.ts'
import { text } from './fields.ts'

const claimName = text(128).describe('The name of a claim.')
export const claimPath = z
  .union([claimName, z.array(claimName).min(1).max(8)])
  .describe('The name of a claim, or the names on the way to one inside another.')
export type ClaimPath = z.infer<typeof claimPath>

/** A claim, or one inside another; undefined where it is not there. */
export function claimAt(claims: JsonObject, path: ClaimPath): JsonValue | undefined {
  let here: JsonValue | undefined = claims
  for (const step of typeof path === 'string' ? [path] : path) {
    if (!isObject(here) || !Object.hasOwn(here, step)) return undefined
    here = here[step]
  }
  return here
}
