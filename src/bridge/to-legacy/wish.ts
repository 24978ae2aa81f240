import type { JsonObject, JsonValue } from '#lib/json.ts'
import { isObject } from '#mcp/messages.ts'

/** What a `subscriptions/listen` wants to hear of (MCP 2026-07-28, basic/patterns/subscriptions). */
export interface Wish {
  /** Members of the filter that ask for changes of lists. */
  readonly lists: readonly string[]
  readonly uris: readonly string[]
}

/** The member of the filter, the capability that announces it, and the notice. */
const lists: readonly (readonly [string, string, string])[] = [
  ['toolsListChanged', 'tools', 'notifications/tools/list_changed'],
  ['promptsListChanged', 'prompts', 'notifications/prompts/list_changed'],
  ['resourcesListChanged', 'resources', 'notifications/resources/list_changed'],
]

/** As much of it as a legacy server with these capabilities can tell. */
export const wishOf = (notifications: JsonValue | undefined, capabilities: JsonObject): Wish => {
  const said = isObject(notifications) ? notifications : {}
  const can = (name: string, setting: string): boolean => {
    const its = capabilities[name]
    return isObject(its) && its[setting] === true
  }
  const uris = Array.isArray(said.resourceSubscriptions) ? said.resourceSubscriptions : []
  return {
    lists: lists.flatMap(([member, name]) =>
      said[member] === true && can(name, 'listChanged') ? [member] : [],
    ),
    uris: can('resources', 'subscribe') ? [...new Set(uris.map(String))] : [],
  }
}

/** As it is acknowledged: what is honoured, and no more. */
export const acknowledged = ({ lists: heard, uris }: Wish): JsonObject => ({
  ...Object.fromEntries(heard.map((member) => [member, true])),
  ...(uris.length > 0 ? { resourceSubscriptions: uris } : {}),
})

/** Whether a notice of the server is among what was acknowledged. */
export const isWished = (wish: Wish, method: string, params: JsonObject | undefined): boolean => {
  if (method === 'notifications/resources/updated') return wish.uris.includes(String(params?.uri))
  return lists.some(([member, , notice]) => notice === method && wish.lists.includes(member))
}
