import { isObject } from '#lib/json.ts'
import { SERVER_INFO_KEY } from '#mcp/envelope.ts'
import type { Upstream } from '#upstream/upstream.ts'

/** `InitializeResult` from a cached `DiscoverResult`: what a legacy session opens with. */
export const legacyGreeting = ({ discover }: Upstream['greeting']): Upstream['greeting'] => {
  if (discover === undefined) return {}
  const { capabilities, instructions, _meta } = discover
  const serverInfo = isObject(_meta) ? _meta[SERVER_INFO_KEY] : undefined
  return {
    initialize: {
      capabilities: isObject(capabilities) ? capabilities : {},
      ...(isObject(serverInfo) && { serverInfo }),
      ...(typeof instructions === 'string' && { instructions }),
    },
  }
}

/** Whether the server declared that of its tools, prompts or resources. */
export const declares = (
  { greeting }: Upstream,
  kind: 'tools' | 'prompts' | 'resources',
  what: 'listChanged' | 'subscribe',
): boolean => {
  const { capabilities } = greeting.discover ?? {}
  const its = isObject(capabilities) ? capabilities[kind] : undefined
  return isObject(its) && its[what] === true
}
