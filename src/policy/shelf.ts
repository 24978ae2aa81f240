import type { Capability, CapabilityKind } from '#domain/capability.ts'
import { matchTemplate, parseTemplate, type UriTemplate } from '#mcp/template.ts'

/** What one server has, in byte order of name. Templates are taken apart once, here. */
export interface Shelf {
  list(kind: CapabilityKind): readonly Capability[]
  find(kind: CapabilityKind, name: string): Capability | undefined
  /** The templates that a URI fits. */
  fitting(uri: string): readonly Capability[]
  /** Whether one of the templates has variables that are indexed. */
  readonly indexesUris: boolean
}

export const createShelf = (capabilities: readonly Capability[]): Shelf => {
  const shelf = {
    tool: new Map<string, Capability>(),
    prompt: new Map<string, Capability>(),
    resource: new Map<string, Capability>(),
    template: new Map<string, Capability>(),
    operation: new Map<string, Capability>(),
  }
  for (const one of capabilities.toSorted(byName)) shelf[one.kind].set(one.name, one)
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
  return {
    list: (kind) => lists[kind],
    find: (kind, name) => shelf[kind].get(name),
    indexesUris: templates.some(({ capability }) => capability.classification?.index),
    fitting: (uri) =>
      templates.filter(({ parsed }) => matchTemplate(parsed, uri)).map((one) => one.capability),
  }
}

const byName = (a: Capability, b: Capability): number =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : 0
