import type { JsonObject, JsonValue } from './json.ts'
import { compilePath, type JsonPath, type Room } from './json-path.ts'

/** What is taken out of values, and what is covered. */
export interface Redaction {
  /**
   * The value without the places that `remove` selects, and with MASK in those that `mask` does; all
   * paths see the value as it was. The value itself stays. Undefined where the room does not suffice:
   * then nothing of it may be shown.
   */
  apply(value: JsonValue, room: Room): JsonValue | undefined
}

/** Written in place of what is masked, whatever stood there. */
export const MASK = '[masked]'

export const MOST_PATHS = 64

/** Several paths of RFC 9535; the problem names the first that cannot be taken. */
export function compileRedaction(paths: {
  readonly remove: readonly string[]
  readonly mask: readonly string[]
}): Redaction | { readonly problem: string } {
  const count = paths.remove.length + paths.mask.length
  if (count === 0) return { problem: 'nothing is removed or masked' }
  if (count > MOST_PATHS) return { problem: `there are more than ${MOST_PATHS} paths` }
  const remove: JsonPath[] = []
  const mask: JsonPath[] = []
  for (const [list, texts] of [
    [remove, paths.remove],
    [mask, paths.mask],
  ] as const) {
    for (const text of texts) {
      const path = compilePath(text)
      if ('problem' in path) return { problem: `${text} ${path.problem}` }
      list.push(path)
    }
  }
  return { apply: (value, room) => apply(remove, mask, value, room) }
}

type Fate = 'remove' | 'mask'
/** By what holds them, so that an index is one of the value as it was. */
type Marks = Map<JsonObject | readonly JsonValue[], Map<string | number, Fate>>

function apply(
  remove: readonly JsonPath[],
  mask: readonly JsonPath[],
  value: JsonValue,
  room: Room,
): JsonValue | undefined {
  const marks: Marks = new Map()
  const mark = (paths: readonly JsonPath[], fate: Fate): boolean =>
    paths.every((path) =>
      path.select(value, room, (holder, key) => {
        const inside = marks.get(holder)
        if (inside) inside.set(key, fate)
        else marks.set(holder, new Map([[key, fate]]))
      }),
    )
  // What is to be removed and masked is removed.
  if (!mark(mask, 'mask') || !mark(remove, 'remove')) return undefined
  return marks.size === 0 ? value : without(marks, value)
}

function without(marks: Marks, value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value
  const fates = marks.get(value as JsonObject)
  if (isList(value)) {
    const made: JsonValue[] = []
    for (const [at, inner] of value.entries()) {
      const fate = fates?.get(at)
      if (fate !== 'remove') made.push(fate === 'mask' ? MASK : without(marks, inner))
    }
    return made
  }
  const made: Record<string, JsonValue> = {}
  for (const [name, inner] of Object.entries(value)) {
    const fate = fates?.get(name)
    if (fate !== 'remove') made[name] = fate === 'mask' ? MASK : without(marks, inner)
  }
  return made
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value)
}
