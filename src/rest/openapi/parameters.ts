import type { Finding } from './finding.ts'
import { parameterAt, parameterKey, type ReadParameter, readParameter } from './parameter.ts'
import type { Place, References } from './references.ts'
import type { Schemas } from './schemas.ts'

export type ReadParameters = (
  ofPath: readonly Place[],
  own: readonly Place[],
) => { readonly parameters: readonly ReadParameter[]; readonly findings: readonly Finding[] }

/**
 * The parameters of operations: the path's, and their own, which take the place of the path's of the
 * same place and name (OpenAPI 3.1.1 §4.8.10.1). One that many refer to is read once.
 */
export const createReadParameters = (about: {
  references: References
  schemas: Schemas
}): ReadParameters => {
  const known = new Map<string, ReadParameter | Finding>()

  return (ofPath, own) => {
    const findings: Finding[] = []
    const taken = new Map<string, ReadParameter | Finding>()
    for (const places of [ofPath, own]) {
      const here = new Set<string>()
      for (const written of places) {
        const found = parameterAt(written, about.references)
        if ('findings' in found) {
          findings.push(...found.findings)
          continue
        }
        const { shape, place } = found
        const key = parameterKey(shape)
        const message = 'a parameter of this place and name stands twice'
        if (here.has(key)) findings.push({ pointer: written.pointer, message, effect: 'left out' })
        here.add(key)
        const one = known.get(place.pointer) ?? readParameter(shape, place, about)
        known.set(place.pointer, one)
        taken.set(key, one)
      }
    }
    const all = [...taken.values()]
    return {
      parameters: all.filter((one) => 'parameter' in one),
      findings: [...findings, ...all.filter((one) => 'message' in one)],
    }
  }
}
