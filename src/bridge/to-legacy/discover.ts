import type { JsonObject } from '#lib/json.ts'
import { SERVER_INFO_KEY } from '#mcp/envelope.ts'
import { isObject } from '#mcp/messages.ts'

const carried = ['tools', 'prompts', 'resources', 'completions', 'logging']

/** What a server said in its handshake, as it would answer `server/discover`: what is carried, and no more. */
export const discoverOf = (initialize: JsonObject | undefined): JsonObject | undefined => {
  if (!initialize || !isObject(initialize.capabilities)) return undefined
  const { capabilities, serverInfo, instructions } = initialize
  const offered = carried.filter((key) => isObject(capabilities[key]))
  return {
    capabilities: Object.fromEntries(offered.map((key) => [key, capabilities[key] ?? {}])),
    ...(typeof instructions === 'string' ? { instructions } : {}),
    ...(isObject(serverInfo) ? { _meta: { [SERVER_INFO_KEY]: serverInfo } } : {}),
  }
}
