import type { Check, Objection, PlanePolicy } from '#change/change.ts'
import type { ItemDocument } from '#domain/documents.ts'
import { audienceOf } from '#domain/lent.ts'

/**
 * A token per call is good at its item's address: two items at one address would each be sent tokens
 * that are good as the other's, and whoever owns the one would let agents into the other.
 */
export const checkAudiences: Check = async ({ after, documents }, breathe) => {
  const objections: Objection[] = []
  const known = new Map<string, ReadonlyMap<string, readonly string[]>>()
  for (const { plane, kind, name } of documents) {
    const policy = after.planes.get(plane)
    const item = kind === 'Server' ? policy?.servers.get(name) : policy?.apis.get(name)
    if (!policy || !item || (kind !== 'Server' && kind !== 'API') || !isPerCall(item)) continue
    const at = known.get(plane) ?? byAudience(policy)
    known.set(plane, at)
    const other = at.get(audienceOf(item) ?? '')?.find((one) => one !== name)
    if (other !== undefined)
      objections.push({
        code: 'invalid value',
        message: `${kind} ${name}: ${other} is at the same address, and takes a token per call too: a token of one would be good at the other`,
        at: { plane, kind, name, path: ['upstream', 'url'] },
      })
    await breathe()
  }
  return objections
}

const isPerCall = ({ credential }: ItemDocument): boolean =>
  credential !== undefined && 'perCall' in credential

const byAudience = ({ servers, apis }: PlanePolicy): ReadonlyMap<string, readonly string[]> => {
  const found = new Map<string, string[]>()
  for (const item of [...servers.values(), ...apis.values()]) {
    const audience = isPerCall(item) ? audienceOf(item) : undefined
    if (audience === undefined) continue
    const names = found.get(audience)
    if (names) names.push(item.name)
    else found.set(audience, [item.name])
  }
  return found
}
