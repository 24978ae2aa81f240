import type { PlaneDocument } from '#domain/documents.ts'
import type { CallerView } from '#policy/policy.ts'
import type { ItemHistory } from '#store/store.ts'
import type { Asker, Item } from './items.ts'

/**
 * An item as the MCP registry API v0.1 tells it: a `server.json` (schema 2025-12-11) and, beside it,
 * what the registry says of it. Nothing here is of the server behind the gateway: whoever reads it
 * connects to the gateway.
 */
export const entryOf = (about: {
  origin: string
  plane: PlaneDocument
  item: Item
  history: ItemHistory | undefined
  asker: Asker
}) => {
  const { item, history, asker } = about
  return {
    server: serverJson(about),
    _meta: {
      [official]: {
        status: item.lifeCycle === 'deprecated' ? 'deprecated' : 'active',
        ...(history && {
          publishedAt: new Date(history.firstAt).toISOString(),
          updatedAt: new Date(history.lastAt).toISOString(),
        }),
        isLatest: true,
      },
      ...(asker.view && { [own]: forCaller(item, asker.view, asker.now) }),
    },
  }
}

const official = 'io.modelcontextprotocol.registry/official'
const own = 'dev.bailiwick/registry'
const schema = 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json'

const serverJson = ({
  origin,
  plane,
  item,
  history,
  asker,
}: Parameters<typeof entryOf>[0]): Record<string, unknown> => ({
  $schema: schema,
  name: fullName(plane, item.name),
  ...(item.title !== undefined && { title: cut(item.title) }),
  description: cut(descriptionOf(item)),
  version: versionOf(history),
  ...(asker.view && item.documentation !== undefined && { websiteUrl: item.documentation }),
  remotes: [{ type: 'streamable-http', url: `${origin}/mcp/${plane.name}/${item.name}` }],
})

/** `namespace/name`; a plane without a namespace is told under `local.`, which nobody can own. */
export const fullName = (plane: PlaneDocument, item: string): string =>
  `${plane.namespace ?? `local.${plane.name}`}/${item}`

/**
 * The third number counts the changes of the item, its document and the definitions that are pinned:
 * so it moves whenever what a caller meets there may have, and never back.
 */
export const versionOf = (history: ItemHistory | undefined): string => `1.0.${history?.count ?? 0}`

export const descriptionOf = ({ description, title, kind, name }: Item): string =>
  description ??
  title ??
  (kind === 'API' ? `The REST API ${name}, as MCP tools.` : `The MCP server ${name}.`)

/** The schema allows 100 characters; a pair of surrogates is one of them. */
const cut = (text: string): string => {
  const characters = [...text]
  return characters.length <= 100 ? text : `${characters.slice(0, 99).join('')}…`
}

const forCaller = ({ kind, name, owner, contacts }: Item, view: CallerView, now: number) => ({
  kind,
  owner,
  ...(contacts && { contacts }),
  tools: view.list(name, 'tool', now).length + view.list(name, 'operation', now).length,
  prompts: view.list(name, 'prompt', now).length,
  resources: view.list(name, 'resource', now).length + view.list(name, 'template', now).length,
})
