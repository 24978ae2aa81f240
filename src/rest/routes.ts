import { type Folded, type FoldedPath, findOdds, isOf } from './odds.ts'
import type { Operation } from './operation.ts'
import { fold, type TemplateSegment } from './path-template.ts'

/** One path of a document, with what it offers. */
export interface Route {
  readonly path: string
  readonly folded: FoldedPath
  readonly segments: readonly TemplateSegment[]
  /** By method. What the document has there besides is not offered. */
  readonly operations: ReadonlyMap<string, Operation>
}

export type Found =
  | { readonly operation: Operation; readonly values: ReadonlyMap<string, string> }
  | {
      readonly because: 'no such path' | 'several paths' | 'another spelling' | 'no such operation'
    }

/** All paths of a document, so that a request finds its own in time that grows with its segments alone. */
export interface Routes {
  /** `segments` are percent-decoded and have passed `segmentProblem`. */
  find(method: string, segments: readonly string[]): Found
}

interface Leaf {
  readonly route: Route
  /** Paths that mean some of its requests too, and are not less concrete. */
  readonly crossed: readonly FoldedPath[]
}

interface Node {
  readonly texts: Map<string, Node>
  /** Variables with text around them, the longest text first; by their two lengths and then by that text. */
  around: readonly Around[]
  any: Node | undefined
  leaf: Leaf | undefined
}

interface Around {
  readonly before: number
  readonly after: number
  readonly nodes: Map<string, Node>
}

/**
 * Concrete paths come before templated ones (OpenAPI 3.1.1 §4.8.8.1). A request that two paths mean,
 * neither the more concrete one in every segment, is nobody's: an API may take it for either.
 * Spelling is not folded, but it is seen through: what differs from a path in case or compatibility
 * forms alone is none, and above all no value of a variable beside it, for an API may fold it.
 */
export const createRoutes = (routes: readonly Route[]): Routes => {
  const roots = new Map<number, Node>()
  const paths = routes.map(({ folded }) => folded)
  const odds = findOdds(paths)
  for (const [index, route] of routes.entries()) {
    if (!route.folded.isReadable) continue
    const others = odds.get(index)?.crossed ?? []
    let node = childIn(roots, route.segments.length)
    for (const segment of route.folded.segments) node = childOf(node, segment)
    node.leaf ??= { route, crossed: others.map((other) => paths[other] as FoldedPath) }
  }

  return {
    find(method, segments) {
      const folded = segments.map(fold)
      const root = roots.get(segments.length)
      const leaf = root && search(root, folded, 0)
      if (!leaf) return { because: 'no such path' }
      if (leaf.crossed.some((other) => isOf(other, folded))) return { because: 'several paths' }
      const values = valuesOf(leaf.route.segments, segments)
      if (!values) return { because: 'another spelling' }
      const operation = leaf.route.operations.get(method)
      return operation ? { operation, values } : { because: 'no such operation' }
    },
  }
}

const newNode = (): Node => ({ texts: new Map(), around: [], any: undefined, leaf: undefined })

function childOf(node: Node, { text, before, after }: Folded): Node {
  if (text !== undefined) return childIn(node.texts, text)
  if (before === '' && after === '') {
    node.any ??= newNode()
    return node.any
  }
  let around = node.around.find((one) => one.before === before.length && one.after === after.length)
  if (!around) {
    around = { before: before.length, after: after.length, nodes: new Map() }
    node.around = [...node.around, around].toSorted(
      (a, b) => b.before + b.after - a.before - a.after,
    )
  }
  return childIn(around.nodes, `${before}/${after}`)
}

function childIn<Key>(nodes: Map<Key, Node>, key: Key): Node {
  const node = nodes.get(key) ?? newNode()
  nodes.set(key, node)
  return node
}

/** At every fork the most concrete way is the first; one that leads nowhere leaves the word to the next. */
function search(node: Node, folded: readonly string[], at: number): Leaf | undefined {
  const segment = folded[at]
  if (segment === undefined) return node.leaf
  const text = node.texts.get(segment)
  const exact = text && search(text, folded, at + 1)
  if (exact || segment === '') return exact
  for (const { before, after, nodes } of node.around) {
    if (segment.length <= before + after) continue
    const next = nodes.get(`${segment.slice(0, before)}/${segment.slice(segment.length - after)}`)
    const found = next && search(next, folded, at + 1)
    if (found) return found
  }
  return node.any && search(node.any, folded, at + 1)
}

/** Undefined where a text is spelled otherwise than the document spells it. */
function valuesOf(
  template: readonly TemplateSegment[],
  segments: readonly string[],
): ReadonlyMap<string, string> | undefined {
  const values = new Map<string, string>()
  for (const [at, segment] of template.entries()) {
    const text = segments[at] ?? ''
    if (segment.kind === 'text') {
      if (text !== segment.text) return undefined
      continue
    }
    const { before, after, name } = segment
    const isExact = text.startsWith(before) && text.endsWith(after)
    const value = text.slice(before.length, text.length - after.length)
    if (!isExact || value === '') return undefined
    values.set(name, value)
  }
  return values
}
