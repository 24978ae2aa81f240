import { shown } from './wording.ts'

/** Steps from a document's root: keys, and places in lists. */
export type Path = readonly (string | number)[]

/** `allow[0].tools`, `tools["my tool"].class`. */
export function pathText(path: Path): string {
  let text = ''
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`
    else if (/^[A-Za-z_][\w-]*$/.test(step)) text += `${text === '' ? '' : '.'}${shown(step)}`
    else text += `[${shown(step).startsWith('"') ? shown(step) : `"${shown(step)}"`}]`
  }
  return text
}

/** The paths that are there, for a pattern in which `*` stands for every member. */
export function matchPath(value: unknown, pattern: readonly string[], path: Path): Path[] {
  const [step, ...rest] = pattern
  if (step === undefined) return [path]
  if (typeof value !== 'object' || value === null) return []
  if (step !== '*') {
    if (!Object.hasOwn(value, step)) return []
    return matchPath(valueAt(value, [step]), rest, [...path, step])
  }
  const members = Array.isArray(value) ? [...value.entries()] : Object.entries(value)
  return members.flatMap(([key, member]) => matchPath(member, rest, [...path, key]))
}

export function valueAt(value: unknown, path: Path): unknown {
  let here = value
  for (const step of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, step)) return undefined
    here = (here as Record<string | number, unknown>)[step]
  }
  return here
}
