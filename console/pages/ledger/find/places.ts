import type { Answer } from '../../../api/client.ts'

type Told = Answer<'get', '/api/v1/planes/{plane}/find'>['arguments'][number]

/** An argument by which persons are found, in every plane that has it. */
export interface Place {
  readonly argument: string
  readonly planes: readonly string[]
  /** SERVER/NAME, the first of them, and how many there are. */
  readonly capabilities: readonly string[]
  readonly count: number
  readonly others: readonly string[]
  readonly otherCount: number
}

/** The arguments of several planes, each once, in order of their names. */
export const argumentsIn = (
  told: readonly { readonly plane: string; readonly arguments: readonly Told[] }[],
): readonly Place[] => {
  const places = new Map<string, Place>()
  for (const { plane, arguments: here } of told)
    for (const one of here) {
      const { argument } = one
      const known = places.get(argument) ?? { argument, ...nowhere }
      places.set(argument, {
        argument,
        planes: [...known.planes, plane],
        capabilities: [...known.capabilities, ...one.capabilities],
        count: known.count + one.count,
        others: [...known.others, ...one.others],
        otherCount: known.otherCount + one.otherCount,
      })
    }
  return [...places.values()].toSorted((a, b) => (a.argument < b.argument ? -1 : 1))
}

const nowhere = { planes: [], capabilities: [], count: 0, others: [], otherCount: 0 }
