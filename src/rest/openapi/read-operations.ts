import { isObject } from '#lib/json.ts'
import { isCapabilityName } from '#mcp/definition.ts'
import type { HttpMethod, Operation } from '../operation.ts'
import { quoted } from '../quoted.ts'
import type { Route } from '../routes.ts'
import { type Finding, pointerTo } from './finding.ts'
import type { PathItem } from './paths.ts'
import { type OperationReader, readOperation } from './read-operation.ts'
import type { Place } from './references.ts'

interface Read {
  readonly paths: readonly Route[]
  readonly findings: readonly Finding[]
}

/** All operations of a document, each at its path; a path whose operations are left out has none. */
export function readOperations(items: readonly PathItem[], reader: OperationReader): Read {
  const named = findNames(items)
  const findings = [...named.findings]
  const paths = items.map((item): Route => {
    const { path, folded, segments, parameters: ofPath } = item
    const operations = new Map<string, Operation>()
    for (const { method, place } of item.isOffered ? item.methods : []) {
      if (!named.usable.has(keyOf(path, method))) continue
      const read = readOperation({ method, path, segments, place, ofPath }, reader)
      findings.push(...read.findings)
      if (read.operation) operations.set(method, read.operation)
    }
    return { path, folded, segments, operations }
  })
  return { paths, findings }
}

/** Several paths may be the same item, by reference. */
const keyOf = (path: string, method: HttpMethod): string => `${method} ${path}`

/** Operations with a name that a tool can have, and that is neither another's nor looks like it: only these are offered. */
function findNames(items: readonly PathItem[]) {
  const findings: Finding[] = []
  const usable = new Set<string>()
  const all = items.flatMap(({ path, methods }) =>
    methods.map(({ method, place }) => ({ key: keyOf(path, method), name: nameOf(place), place })),
  )
  for (const alike of Map.groupBy(all, ({ name }) => name.toLowerCase()).values()) {
    for (const { key, name, place } of alike) {
      const other = alike.find((one) => one.key !== key)
      const message = nameProblem(name, other?.name)
      const pointer = pointerTo(place.pointer, 'operationId')
      if (message === undefined) usable.add(key)
      else findings.push({ pointer, message, effect: 'left out' })
    }
  }
  return { findings, usable }
}

function nameProblem(name: string, other: string | undefined): string | undefined {
  if (name === '') return 'it has no operationId, so nothing can select it'
  if (!isCapabilityName(name))
    return `${quoted(name)}: a name has 1 to 128 letters, digits, _, - and .`
  if (other === undefined) return undefined
  return other === name ? `${name} is another's name too` : `${name} looks like ${other}`
}

const nameOf = ({ value }: Place): string =>
  isObject(value) && typeof value.operationId === 'string' ? value.operationId : ''
