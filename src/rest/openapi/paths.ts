import { isObject, type JsonValue } from '#lib/json.ts'
import {
  type FoldedPath,
  findOdds,
  foldPath,
  foldUnreadable,
  isHopeless,
  type Odds,
} from '../odds.ts'
import { type HttpMethod, httpMethods } from '../operation.ts'
import { readPath, type TemplateSegment } from '../path-template.ts'
import { quoted } from '../quoted.ts'
import { type Finding, pointerTo } from './finding.ts'
import { placesIn } from './read-operation.ts'
import type { Place, References } from './references.ts'
import { pathItemShape, readShape } from './shapes.ts'

/** One path of a document and the methods that it has there. */
export interface PathItem {
  readonly path: string
  readonly folded: FoldedPath
  /** Empty where it cannot be read. */
  readonly segments: readonly TemplateSegment[]
  /** Whether anything at this path can be offered. */
  readonly isOffered: boolean
  readonly methods: readonly { readonly method: HttpMethod; readonly place: Place }[]
  /** Parameters of all its operations. */
  readonly parameters: readonly Place[]
}

const none = { isOffered: false, methods: [], parameters: [] }

/** The paths of a document. One that cannot be told from another, or read at all, is there and offers nothing. */
export function readPaths(
  paths: Readonly<Record<string, JsonValue>>,
  references: References,
): { readonly items: readonly PathItem[]; readonly findings: readonly Finding[] } {
  const findings: Finding[] = []
  const known = new Map<string, Item>()
  const itemAt = (written: Place, isReadable: boolean): Item => {
    const place = references.follow(written)
    const found = known.get(place.pointer) ?? readItem(place, references, findings)
    known.set(place.pointer, found)
    return isReadable ? found : { ...found, isOffered: false }
  }
  const written = Object.entries(paths).filter(([path]) => !path.startsWith('x-'))
  const items = written.map(([path, value]): PathItem => {
    const place = { value, pointer: pointerTo('/paths', path) }
    const found = readPath(path)
    if ('problem' in found) findings.push(leftOut(place.pointer, found.problem))
    const segments = 'segments' in found ? found.segments : []
    const folded = 'segments' in found ? foldPath(segments) : foldUnreadable(path)
    return { path, folded, segments, ...itemAt(place, folded.isReadable) }
  })
  const odds = findOdds(items.map(({ folded }) => folded))
  const pathOf = (index: number) => items[index]?.path ?? ''
  for (const [index, one] of odds) findings.push(oddsFinding(pathOf(index), one, pathOf))
  const isOffered = (index: number) => !isHopeless(odds.get(index))
  return {
    items: items.map((item, index) => (isOffered(index) ? item : { ...item, isOffered: false })),
    findings,
  }
}

function oddsFinding(path: string, odds: Odds, pathOf: (index: number) => string): Finding {
  const pointer = pointerTo('/paths', path)
  const [same] = odds.same
  if (same !== undefined)
    return leftOut(pointer, `every request of it may as well mean ${quoted(pathOf(same))}`)
  const [first, ...more] = odds.crossed.map((other) => quoted(pathOf(other)))
  const others = more.length === 0 ? first : `${first} or ${more.length} others`
  const message = `requests of it that may as well mean ${others} are refused`
  return { pointer, message, effect: isHopeless(odds) ? 'left out' : 'noted' }
}

type Item = Omit<PathItem, 'path' | 'folded' | 'segments'>

/** What stands at a path, once for all paths that refer to it. */
function readItem(place: Place | Finding, references: References, findings: Finding[]): Item {
  if ('message' in place) {
    findings.push(place)
    return none
  }
  const shape = readShape(pathItemShape, place)
  if ('findings' in shape || !isObject(place.value)) {
    findings.push(...('findings' in shape ? shape.findings : []))
    return none
  }
  const { servers, parameters } = shape.read
  const serversAt = pointerTo(place.pointer, 'servers')
  if (servers) findings.push(leftOut(serversAt, 'it is at a server of its own; make that an API'))
  if ('trace' in place.value)
    findings.push(leftOut(pointerTo(place.pointer, 'trace'), 'TRACE is not carried'))
  return {
    isOffered: !servers,
    methods: httpMethods.flatMap((method) => {
      const operation = references.member(place, method.toLowerCase())
      return operation ? [{ method, place: operation }] : []
    }),
    parameters: placesIn(place, 'parameters', parameters),
  }
}

const leftOut = (pointer: string, message: string): Finding => ({
  pointer,
  message,
  effect: 'left out',
})
