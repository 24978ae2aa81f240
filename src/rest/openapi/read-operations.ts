import { isObject } from '#lib/json.ts'
import { isCapabilityName } from '#mcp/definition.ts'
import type { Operation } from '../operation.ts'
import { quoted } from '../quoted.ts'
import { createRoutes, type Route, type Routes } from '../routes.ts'
import { type Finding, pointerTo } from './finding.ts'
import type { PathItem } from './paths.ts'
import { type OperationReader, readOperation } from './read-operation.ts'
import type { Place } from './references.ts'

interface Read {
  readonly operations: readonly Operation[]
  readonly routes: Routes
  readonly findings: readonly Finding[]
}

/** All operations of a document, and the routes to them and to what is left out. */
export function readOperations(items: readonly PathItem[], reader: OperationReader): Read {
  const named = findNames(items)
  const findings = [...named.findings]
  const routes = items.map((item): Route => {
    const operations = new Map<string, Operation>()
    const methods = item.methods.filter(({ place }) => !named.unusable.has(place))
    for (const { method, place } of item.isOffered ? methods : []) {
      const { path, segments, parameters: ofPath } = item
      const read = readOperation({ method, path, segments, place, ofPath }, reader)
      findings.push(...read.findings)
      if (read.operation) operations.set(method, read.operation)
    }
    const { path, folded, segments } = item
    return { path, folded, segments, operations }
  })
  const operations = routes.flatMap((route) => [...route.operations.values()])
  return { operations, routes: createRoutes(routes), findings }
}

/** Operations without a name that a tool can have, or whose name is another's or looks like it: none of these is offered. */
function findNames(items: readonly PathItem[]) {
  const findings: Finding[] = []
  const unusable = new Set<Place>()
  const leaveOut = (place: Place, message: string) => {
    unusable.add(place)
    const pointer = pointerTo(place.pointer, 'operationId')
    findings.push({ pointer, message, effect: 'left out' })
  }
  const places = items.flatMap(({ methods }) => methods.map(({ place }) => place))
  const byLooks = Map.groupBy(places, (place) => nameOf(place).toLowerCase())
  for (const place of byLooks.get('') ?? [])
    leaveOut(place, 'it has no operationId, so nothing can select it')
  byLooks.delete('')
  for (const alike of byLooks.values()) {
    for (const place of alike) {
      const name = nameOf(place)
      const other = alike.find((one) => one !== place)
      if (!isCapabilityName(name))
        leaveOut(place, `${quoted(name)}: a name has 1 to 128 letters, digits, _, - and .`)
      else if (other && nameOf(other) === name) leaveOut(place, `${name} is another's name too`)
      else if (other) leaveOut(place, `${name} looks like ${nameOf(other)}`)
    }
  }
  return { findings, unusable }
}

const nameOf = ({ value }: Place): string =>
  isObject(value) && typeof value.operationId === 'string' ? value.operationId : ''
