import type { JsonObject } from '#lib/json.ts'
import type { Finding } from './finding.ts'
import type { Place } from './references.ts'
import { nameOf, type Translated } from './translate.ts'

export interface Schemas {
  translate(place: Place): Translated
  /**
   * What `$defs` must hold for these schemas: all that they refer to, and what those do, in order of
   * pointer. Undefined where it would not be what it says, for the findings tell why.
   */
  define(roots: readonly Translated[]): {
    readonly defs: JsonObject | undefined
    readonly findings: readonly Finding[]
  }
}

/** Each schema is translated once, however many operations reach it. */
export const createSchemas = (about: {
  translate(place: Place): Translated
  /** Of the JSON text of one definition's schemas together. */
  mostCharacters: number
}): Schemas => {
  const { translate, mostCharacters } = about
  const known = new Map<string, Translated>()

  const translated = (place: Place): Translated => {
    const found = known.get(place.pointer) ?? translate(place)
    known.set(place.pointer, found)
    return found
  }

  return {
    translate: translated,
    define(roots) {
      const reached = new Map<string, Translated>()
      const findings = roots.flatMap((root) => root.findings)
      const open = roots.flatMap(placesOf)
      let characters = roots.reduce((sum, root) => sum + root.characters, 0)
      for (let place = open.pop(); place && characters <= mostCharacters; place = open.pop()) {
        if (reached.has(place.pointer)) continue
        const one = translated(place)
        reached.set(place.pointer, one)
        findings.push(...one.findings)
        open.push(...placesOf(one))
        characters += one.characters
      }
      if (characters > mostCharacters) findings.push(tooLarge(mostCharacters))
      else findings.push(...findCircles(reached))
      if (findings.some(({ effect }) => effect === 'left out')) return { defs: undefined, findings }
      const sorted = [...reached].toSorted(([a], [b]) => (a < b ? -1 : 1))
      const defs = Object.fromEntries(sorted.map(([at, { schema }]) => [nameOf(at), schema]))
      return { defs, findings }
    },
  }
}

const placesOf = ({ needs }: Translated): Place[] => [...needs.values()].map(({ place }) => place)

const tooLarge = (mostCharacters: number): Finding => ({
  pointer: '',
  message: `its schemas have more than ${mostCharacters} characters, with all that they refer to`,
  effect: 'left out',
})

/**
 * Schemas that apply themselves to the very same value (`A: { allOf: [A] }`): they say nothing, and a
 * validator that follows them never ends. How many there are is bounded by their characters.
 */
function findCircles(reached: ReadonlyMap<string, Translated>): Finding[] {
  const findings: Finding[] = []
  const states = new Map<string, 'open' | 'done'>()
  const visit = (pointer: string): void => {
    states.set(pointer, 'open')
    for (const [next, { inPlace }] of reached.get(pointer)?.needs ?? []) {
      const state = inPlace ? states.get(next) : 'done'
      if (state === undefined) visit(next)
      else if (state === 'open')
        findings.push({ pointer: next, message: 'the schema refers to itself', effect: 'left out' })
    }
    states.set(pointer, 'done')
  }
  for (const pointer of reached.keys()) if (!states.has(pointer)) visit(pointer)
  return findings
}
