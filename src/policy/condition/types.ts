import type { Kind } from './functions.ts'
import type { Scalar } from './tree.ts'

/** What an expression can be: of any of these kinds, and where more is known of it, that. */
export interface Type {
  readonly kinds: readonly Kind[]
  /** All that it can be, where a schema says so. */
  readonly values?: readonly Scalar[]
  /** Of its elements, if it is a list. */
  readonly element?: () => Type
  /** Of its members, if it is a map; where this is missing, it may have any. */
  readonly members?: Members
}

export interface Members {
  readonly names: readonly string[]
  /** Undefined where it has no member of that name. */
  typeOf(name: string): Type | undefined
  /** Whether it is there in whatever is valid. */
  isRequired(name: string): boolean
}

const jsonKinds: readonly Kind[] = ['null', 'bool', 'double', 'string', 'list', 'map']

/** Anything that JSON can say. Its numbers are doubles: an int it never is. */
export const json: Type = { kinds: jsonKinds }

/** Where nothing at all is known. */
export const anything: Type = { kinds: [...jsonKinds, 'int', 'timestamp', 'duration'] }

export const of = (...kinds: readonly Kind[]): Type => ({ kinds })

export const listOf = (element: Type): Type => ({ kinds: ['list'], element: () => element })

/** A map that has these members and no other. */
export const closed = (types: Readonly<Record<string, Type>>): Type => ({
  kinds: ['map'],
  members: {
    names: Object.keys(types),
    typeOf: (name) => (Object.hasOwn(types, name) ? types[name] : undefined),
    isRequired: () => true,
  },
})

export const kindOf = (value: Scalar): Kind => {
  if (value === null) return 'null'
  switch (typeof value) {
    case 'string':
      return 'string'
    case 'number':
      return 'double'
    case 'bigint':
      return 'int'
    case 'boolean':
      return 'bool'
  }
}

export const can = ({ kinds }: Type, ...wanted: readonly Kind[]): boolean =>
  wanted.some((kind) => kinds.includes(kind))

/** What is one of these; nothing at all where there are none, like the elements of `[]`. */
export const oneOf = (types: readonly Type[]): Type => {
  const [first] = types
  if (!first || types.length === 1) return first ?? { kinds: [] }
  const values = types.map((type) => type.values)
  const lists = types.filter((type) => can(type, 'list'))
  const maps = types.filter((type) => can(type, 'map'))
  const element = lists.length === 1 ? lists[0]?.element : elementOf(lists)
  const members = maps.length === 1 ? maps[0]?.members : undefined
  return {
    kinds: [...new Set(types.flatMap(({ kinds }) => kinds))],
    ...(values.every((some) => some !== undefined) && { values: values.flat() }),
    ...(element && { element }),
    ...(members && { members }),
  }
}

const elementOf = (lists: readonly Type[]): Type['element'] => {
  const elements = lists.flatMap(({ element }) => (element ? [element] : []))
  return lists.length > 0 && elements.length === lists.length
    ? () => oneOf(elements.map((element) => element()))
    : undefined
}
