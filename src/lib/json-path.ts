import { JSONPathEnvironment, jsonpath } from 'json-p3'
import type { JsonObject, JsonValue } from './json.ts'
import { compileFilter } from './json-path-filter.ts'

/** How much may still be looked at; several selections share it. */
export interface Room {
  left: number
}

/** A path of RFC 9535 whose cost is bounded. */
export interface JsonPath {
  readonly text: string
  /**
   * Tells each place that the path selects, as what holds it and the name or index there; a place may
   * be told twice. Names compare exactly, by their code units. False where the room does not suffice:
   * then some places have not been told.
   */
  select(value: JsonValue, room: Room, found: Found): boolean
}

export type Found = (holder: JsonObject | readonly JsonValue[], key: string | number) => void

/** Of the text of a path, in characters. */
const MOST_TEXT = 256

/** Longer than any honest result is deep, so that a descent has an end before the stack has. */
const MOST_DEPTH = 512

type Visit = (holder: JsonObject | readonly JsonValue[], key: string | number) => void

/** Visits those children of a value that it selects. */
type Selector = (value: JsonValue, root: JsonValue, room: Room, visit: Visit) => void

interface Segment {
  /** Whether it selects among everything below as well. */
  readonly descends: boolean
  readonly selectors: readonly Selector[]
}

/**
 * Takes what RFC 9535 has, but for what can cost more than looking at each value a few times: two
 * descents, functions, and filters that do more than compare one place with one value. A path that
 * selects the whole is refused, since nothing would be left. The problem continues a sentence that
 * begins with the path.
 */
export function compilePath(text: string): JsonPath | { readonly problem: string } {
  if (text.length > MOST_TEXT) return { problem: `is longer than ${MOST_TEXT} characters` }
  const parsed = parse(text)
  if ('problem' in parsed) return parsed
  const segments: Segment[] = []
  for (const segment of parsed.segments) {
    const selectors: Selector[] = []
    for (const one of segment.selectors) {
      const selector = selectorOf(one)
      if ('problem' in selector) return selector
      selectors.push(selector.select)
    }
    segments.push({ descends: segment instanceof DescendantSegment, selectors })
  }
  if (segments.length === 0) return { problem: 'selects the whole; name what is in it' }
  if (segments.filter(({ descends }) => descends).length > 1) {
    return { problem: 'descends twice (..); write one path for each place' }
  }
  return { text, select: (value, room, found) => select(segments, value, room, found) }
}

const environment = new JSONPathEnvironment()
type Segments = ReturnType<typeof environment.compile>['segments']
const { FilterSelector, IndexSelector, NameSelector, SliceSelector, WildcardSelector } =
  jsonpath.selectors

/** The class of segments has no name to import; this is one. */
const DescendantSegment = environment.compile('$..*').segments[0]?.constructor as new () => object

function parse(text: string): { readonly segments: Segments } | { readonly problem: string } {
  try {
    return environment.compile(text)
  } catch (thrown) {
    const said = thrown instanceof Error ? thrown.message.replace(/ \('.*$/s, '') : ''
    return { problem: `is no path of RFC 9535: ${said}` }
  }
}

function selectorOf(
  selector: Segments[number]['selectors'][number],
): { readonly select: Selector } | { readonly problem: string } {
  if (selector instanceof NameSelector) return { select: byName(selector.name) }
  if (selector instanceof IndexSelector) return { select: byIndex(selector.index) }
  if (selector instanceof WildcardSelector) return { select: all }
  if (selector instanceof SliceSelector) {
    return { select: bySlice(selector.start, selector.stop, selector.step ?? 1) }
  }
  if (!(selector instanceof FilterSelector)) return { problem: 'has a selector that is not known' }
  const filter = compileFilter(selector.expression)
  if ('problem' in filter) return filter
  const select: Selector = (value, root, room, visit) => {
    all(value, root, room, (holder, key) => {
      spend(room, filter.cost)
      if (filter.holds(childOf(holder, key), root)) visit(holder, key)
    })
  }
  return { select }
}

class OutOfRoom extends Error {}

function spend(room: Room, visits: number): void {
  room.left -= visits
  if (room.left < 0) throw new OutOfRoom()
}

function select(segments: readonly Segment[], root: JsonValue, room: Room, found: Found): boolean {
  try {
    follow(segments, 0, root, root, room, found)
    return true
  } catch (thrown) {
    if (thrown instanceof OutOfRoom) return false
    throw thrown
  }
}

/** Depth first, so that nothing is kept but the way that leads here. */
function follow(
  segments: readonly Segment[],
  at: number,
  value: JsonValue,
  root: JsonValue,
  room: Room,
  found: Found,
): void {
  const segment = segments[at]
  if (segment === undefined) return
  const isLast = at === segments.length - 1
  const visit: Visit = (holder, key) => {
    spend(room, 1)
    if (isLast) found(holder, key)
    else follow(segments, at + 1, childOf(holder, key), root, room, found)
  }
  const here = (inner: JsonValue, depth: number): void => {
    if (typeof inner !== 'object' || inner === null) return
    for (const selector of segment.selectors) selector(inner, root, room, visit)
    if (!segment.descends) return
    if (depth > MOST_DEPTH) throw new OutOfRoom()
    all(inner, root, room, (holder, key) => {
      spend(room, 1)
      here(childOf(holder, key), depth + 1)
    })
  }
  here(value, 0)
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value)
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !isList(value)
}

/** Only asked for what is there. */
function childOf(holder: JsonObject | readonly JsonValue[], key: string | number): JsonValue {
  return (holder as JsonObject)[key] ?? null
}

const all: Selector = (value, _root, _room, visit) => {
  if (isList(value)) for (let at = 0; at < value.length; at++) visit(value, at)
  else if (isObject(value)) for (const name of Object.keys(value)) visit(value, name)
}

const byName =
  (name: string): Selector =>
  (value, _root, _room, visit) => {
    if (isObject(value) && Object.hasOwn(value, name)) visit(value, name)
  }

const byIndex =
  (index: number): Selector =>
  (value, _root, _room, visit) => {
    if (!isList(value)) return
    const at = index < 0 ? value.length + index : index
    if (at >= 0 && at < value.length) visit(value, at)
  }

/** RFC 9535 §2.3.4.2.2. */
const bySlice =
  (start: number | undefined, end: number | undefined, step: number): Selector =>
  (value, _root, _room, visit) => {
    if (!isList(value) || step === 0) return
    const { length } = value
    const within = (index: number, least: number, most: number): number =>
      Math.min(Math.max(index < 0 ? length + index : index, least), most)
    if (step > 0) {
      const last = within(end ?? length, 0, length)
      for (let at = within(start ?? 0, 0, length); at < last; at += step) visit(value, at)
    } else {
      const last = end === undefined ? -1 : within(end, -1, length - 1)
      const first = start === undefined ? length - 1 : within(start, -1, length - 1)
      for (let at = first; at > last; at += step) visit(value, at)
    }
  }
