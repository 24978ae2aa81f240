import type { Capability, CapabilityKind } from '#domain/capability.ts'
import { shortName } from '#domain/plane-name.ts'
import { matchTemplate, parseTemplate, type UriTemplate } from '#mcp/template.ts'

/** What one item has, in byte order of name. Templates are taken apart once, here. */
export interface Shelf {
  /** What is called with scopes. */
  readonly scoped: readonly Capability[]
  list(kind: CapabilityKind): readonly Capability[]
  find(kind: CapabilityKind, name: string): Capability | undefined
  /** The name that goes by this short form at the plane's endpoint; undefined where none does, or two do. */
  shortened(kind: CapabilityKind, short: string): string | undefined
  /** The templates that a URI fits, with what their variables are in it. */
  fitting(uri: string): readonly Fitting[]
  /** What it is derived from; undefined where it is no variant. */
  baseOf(capability: Capability): Capability | undefined
  /** What is derived from it, in byte order of name. */
  variantsOf(capability: Capability): readonly Capability[]
  /** Whether one of the templates has variables that are indexed. */
  readonly indexesUris: boolean
}

export interface Fitting {
  readonly capability: Capability
  readonly variables: Readonly<Record<string, string>>
}

export const createShelf = (capabilities: readonly Capability[]): Shelf => {
  const shelf = {
    tool: new Map<string, Capability>(),
    prompt: new Map<string, Capability>(),
    resource: new Map<string, Capability>(),
    template: new Map<string, Capability>(),
    operation: new Map<string, Capability>(),
  }
  const all = capabilities.toSorted(byName)
  for (const one of all) shelf[one.kind].set(one.name, one)
  const templates: { capability: Capability; parsed: UriTemplate }[] = []
  for (const capability of shelf.template.values()) {
    const parsed = parseTemplate(capability.name)
    if (parsed) templates.push({ capability, parsed })
  }
  const lists = {
    tool: [...shelf.tool.values()],
    prompt: [...shelf.prompt.values()],
    resource: [...shelf.resource.values()],
    template: [...shelf.template.values()],
    operation: [...shelf.operation.values()],
  }
  const baseOf: Shelf['baseOf'] = ({ kind, classification }) => {
    const name = classification?.variantOf
    return name === undefined ? undefined : shelf[kind].get(name)
  }
  const variants = Map.groupBy(all, baseOf)
  let shorts: ReadonlyMap<string, readonly Capability[]> | undefined
  return {
    scoped: all.filter(({ classification }) => classification?.scopes?.length),
    list: (kind) => lists[kind],
    find: (kind, name) => shelf[kind].get(name),
    shortened(kind, short) {
      shorts ??= Map.groupBy([...lists.tool, ...lists.prompt, ...lists.operation], shortKey)
      const [only, ...others] = shorts.get(`${kind} ${short}`) ?? []
      return others.length === 0 ? only?.name : undefined
    },
    indexesUris: templates.some(({ capability }) => capability.classification?.index),
    fitting: (uri) =>
      templates.flatMap(({ capability, parsed }) => {
        const variables = matchTemplate(parsed, uri)
        return variables ? [{ capability, variables: Object.fromEntries(variables) }] : []
      }),
    baseOf,
    variantsOf: (capability) => variants.get(capability) ?? [],
  }
}

const shortKey = ({ server, kind, name }: Capability): string =>
  `${kind} ${shortName(server, name) ?? ''}`

const byName = (a: Capability, b: Capability): number => (a.name < b.name ? -1 : 1)
