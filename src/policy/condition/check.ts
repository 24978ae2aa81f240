import { shown } from '#change/wording.ts'
import { didYouMean } from '#lib/nearest.ts'
import type { Found, Lack } from './found.ts'
import { infer } from './infer.ts'
import { readCondition } from './read.ts'
import { createScopes } from './scope.ts'
import { listText, shownNames } from './words.ts'

/** A capability that a condition is about. */
export interface Shape {
  /** For messages: `mes/read_telemetry`. */
  readonly name: string
  /**
   * JSON Schema of args (a tool's inputSchema; prompt arguments or template variables turned into
   * one); undefined: not known yet.
   */
  readonly args: Readonly<Record<string, unknown>> | undefined
  readonly hasUri: boolean
}

export interface ConditionProblem {
  readonly message: string
  /** Where in the source, in UTF-16 code units. */
  readonly at?: number
}

/**
 * What is wrong with it for these capabilities: empty where nothing is. `claims` are those that a
 * caller can have; undefined: not known. Never throws.
 */
export const checkCondition = (
  source: string,
  shapes: readonly Shape[],
  claims?: ReadonlySet<string>,
): readonly ConditionProblem[] => {
  const reading = readCondition(source)
  if ('problem' in reading) {
    const { problem: message, ...place } = reading
    return [{ message, ...place }]
  }
  const asked = shapes.length > 0 ? shapes : [{ name: '', args: undefined, hasUri: true }]
  const scopeOf = createScopes(claims)
  const groups = new Map<string | number, Group>()
  for (const shape of asked)
    for (const found of infer(reading.tree, scopeOf(shape))) put(groups, found, shape)
  return [...groups.values()]
    .flatMap((group) => sentenceOf(group, asked))
    .toSorted((a, b) => a.at - b.at)
}

/** The same finding, and the capabilities that it is about. */
interface Group {
  readonly found: Found
  readonly shapes: Shape[]
  readonly names: Set<string>
}

const put = (groups: Map<string | number, Group>, found: Found, shape: Shape): void => {
  const key = 'says' in found ? `${found.at} ${found.says}` : found.at
  const group = groups.get(key) ?? { found, shapes: [], names: new Set() }
  group.shapes.push(shape)
  if ('lacks' in found) for (const name of found.lacks.names) group.names.add(name)
  groups.set(key, group)
}

const sentenceOf = (group: Group, asked: readonly Shape[]): Required<ConditionProblem>[] => {
  const { found, shapes } = group
  const isAll = shapes.length === asked.length
  if ('says' in found) {
    const where = isAll ? '' : `of ${namesOf(shapes)}: `
    return [{ message: `${where}${found.says}`, at: found.at }]
  }
  const { at } = found
  if ('isUri' in found) return [{ message: noUri(shapes, isAll), at }]
  const { lacks } = found
  if (isAll) return [{ message: lackedByAll(lacks, group), at }]
  return lacks.isQuestion ? [] : [{ message: lackedBySome(lacks, group), at }]
}

const namesOf = (shapes: readonly Shape[]): string =>
  listText(shownNames(shapes.map(({ name }) => name)))

const noUri = (shapes: readonly Shape[], isAll: boolean): string => {
  const has = shapes.length === 1 ? 'is no resource and has' : 'are no resources and have'
  const fix = isAll ? 'speak of args' : 'let another document select them'
  return `${namesOf(shapes)} ${has} no URI; ${fix}`
}

const lackedByAll = ({ of, name }: Lack, { shapes, names }: Group): string => {
  const has = shownNames(names)
  const fix = didYouMean(name, has) || `; it has ${listText(has, 12) || 'none'}`
  if (of !== 'args')
    return `${of} has no ${of === 'caller.claims' ? 'claim' : 'field'} ${shown(name)}${fix}`
  return shapes.length === 1
    ? `${namesOf(shapes)} has no argument ${shown(name)}${fix}`
    : `none of ${namesOf(shapes)} has an argument ${shown(name)}${fix}`
}

const lackedBySome = ({ of, path, name }: Lack, { shapes, names }: Group): string => {
  const has = shapes.length === 1 ? 'has' : 'have'
  const what = of === 'args' ? `no argument ${shown(name)}` : `no ${path}`
  const hint = didYouMean(name, shownNames(names))
  return `${namesOf(shapes)} ${has} ${what}, so every call would be denied${hint || `; write ${guardOf(path)} && …, or let another document select them`}`
}

/** `has` is written for names that CEL can select by. */
const guardOf = (path: string): string => {
  const quoted = /(.*)\[(".*")\]$/.exec(path)
  return quoted ? `${quoted[2]} in ${quoted[1]}` : `has(${path})`
}
