import { decodeComponent } from './component.ts'
import { fold, type TemplateSegment } from './path-template.ts'

/** A segment as paths are compared by it: a text, or what stands around a variable and between several. */
export interface Folded {
  readonly text: string | undefined
  readonly before: string
  readonly between: readonly string[]
  readonly after: string
}

export interface FoldedPath {
  readonly segments: readonly Folded[]
  /** Whether it is one that requests can be matched to; else it is known what may be meant by it, at most. */
  readonly isReadable: boolean
}

const textOf = (text: string): Folded => ({ text: fold(text), before: '', between: [], after: '' })

export const foldPath = (path: readonly TemplateSegment[]): FoldedPath => ({
  isReadable: true,
  segments: path.map((segment) =>
    segment.kind === 'text'
      ? textOf(segment.text)
      : {
          text: undefined,
          before: fold(segment.before),
          between: [],
          after: fold(segment.after),
        },
  ),
})

/** A path of a document that cannot be read: what would be meant by it is not to be taken for another's. */
export const foldUnreadable = (path: string): FoldedPath => ({
  isReadable: false,
  segments: (path.split(/[?#]/)[0] ?? '')
    .replace(/^\//, '')
    .split('/')
    .map((written) => {
      if (!/[{}]/.test(written)) return textOf(decodeComponent(written) ?? written)
      const [before = '', ...rest] = written.split(/\{[^{}]*\}/).map(fold)
      const after = rest.pop()
      // Braces that are no variable's could stand for anything.
      if (after === undefined) return { text: undefined, before: '', between: [], after: '' }
      return { text: undefined, before, between: rest.filter((text) => text !== ''), after }
    }),
})

/** What a path has in common with others, by their index, where neither is the more concrete one. */
export interface Odds {
  /** Each request of it is one of the other, which it differs from in names of variables or in case alone. */
  readonly same: readonly number[]
  /** Some requests are of both: `/{entity}/me` and `/books/{id}`. */
  readonly crossed: readonly number[]
}

/** Each is looked at where a request may mean it; a path that has more is not offered. */
const MOST_CROSSED = 64

export const isHopeless = (odds: Odds | undefined): boolean =>
  odds !== undefined && (odds.same.length > 0 || odds.crossed.length > MOST_CROSSED)

/** The odds of each path that has any (OpenAPI 3.1.1 §4.8.8.1 leaves them to the tool), by its index; of one that has too many, some. */
export function findOdds(paths: readonly FoldedPath[]): ReadonlyMap<number, Odds> {
  const found = new Map<number, { same: number[]; crossed: number[] }>()
  const add = (index: number, kind: keyof Odds, other: number) => {
    const odds = found.get(index) ?? { same: [], crossed: [] }
    odds[kind].push(other)
    found.set(index, odds)
  }
  const bySize = Map.groupBy(paths.keys(), (index) => paths[index]?.segments.length)
  for (const alike of bySize.values()) {
    for (const [place, i] of alike.entries()) {
      for (let at = place + 1; at < alike.length; at++) {
        const j = alike[at] as number
        if (isHopeless(found.get(i)) && isHopeless(found.get(j))) continue
        const kind = oddsOf(paths[i] as FoldedPath, paths[j] as FoldedPath)
        if (kind === undefined) continue
        add(i, kind, j)
        add(j, kind, i)
      }
    }
  }
  return found
}

/** Both of one size. Most pairs differ in their first text, and end there. */
function oddsOf(a: FoldedPath, b: FoldedPath): keyof Odds | undefined {
  for (let at = 0; at < a.segments.length; at++)
    if (!overlap(a.segments[at] as Folded, b.segments[at] as Folded)) return undefined
  if (!a.isReadable || !b.isReadable) return 'crossed'
  const isAWithin = isPathWithin(a, b)
  if (isAWithin !== isPathWithin(b, a)) return undefined
  return isAWithin ? 'same' : 'crossed'
}

/** Whether a request of as many segments may be meant by a path. */
export const isOf = ({ segments }: FoldedPath, folded: readonly string[]): boolean =>
  segments.every((one, at) => {
    const text = folded[at] ?? ''
    return one.text === undefined ? makes(one, text) : one.text === text
  })

/** Whether every request of one path is one of the other, which has as many segments. */
const isPathWithin = (one: FoldedPath, other: FoldedPath): boolean =>
  one.segments.every((segment, at) => isWithin(segment, other.segments[at] as Folded))

function isWithin(one: Folded, other: Folded): boolean {
  if (other.text !== undefined) return one.text === other.text
  if (one.text !== undefined) return makes(other, one.text)
  return one.before.startsWith(other.before) && one.after.endsWith(other.after)
}

function makes({ before, between, after }: Folded, text: string): boolean {
  if (text.length <= before.length + after.length) return false
  if (!text.startsWith(before) || !text.endsWith(after)) return false
  let at = before.length
  for (const one of between) {
    at = text.indexOf(one, at)
    if (at < 0) return false
    at += one.length
  }
  return true
}

function overlap(one: Folded, other: Folded): boolean {
  if (one.text !== undefined || other.text !== undefined)
    return isWithin(one, other) || isWithin(other, one)
  const isBefore = one.before.startsWith(other.before) || other.before.startsWith(one.before)
  return isBefore && (one.after.endsWith(other.after) || other.after.endsWith(one.after))
}
