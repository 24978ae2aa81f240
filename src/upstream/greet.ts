import type { JsonObject } from '#lib/json.ts'
import { LEGACY_STDIO_REVISIONS, MODERN_REVISIONS, type Revision } from '#mcp/revisions.ts'
import { type Answer, asObject } from './ask.ts'

/** Who we say we are: self-reported, and nothing should hang on it. */
export interface About {
  readonly name: string
  readonly version: string
}

export const MODERN = MODERN_REVISIONS[0]
/** The revision that we ask a legacy server for; it answers with the one it takes. */
const ASKED = LEGACY_STDIO_REVISIONS[0]

/**
 * The envelope of a request of our own (MCP 2026-07-28, basic §_meta): no client capabilities, so
 * that no server asks back.
 */
export function modernParams(about: About, params: JsonObject = {}): JsonObject {
  return {
    ...params,
    _meta: {
      'io.modelcontextprotocol/protocolVersion': MODERN,
      'io.modelcontextprotocol/clientInfo': { name: about.name, version: about.version },
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  }
}

export function modernHeaders(method: string): string[] {
  return ['mcp-protocol-version', MODERN, 'mcp-method', method]
}

export function initializeParams(about: About): JsonObject {
  return {
    protocolVersion: ASKED,
    capabilities: {},
    clientInfo: { name: about.name, version: about.version },
  }
}

/** The DiscoverResult where that is what came, of a server that speaks the revision we speak. */
export function discoverResult(answer: Answer): JsonObject | undefined {
  const versions = answer.result?.supportedVersions
  if (!Array.isArray(versions) || !versions.includes(MODERN)) return undefined
  return asObject(answer.result?.capabilities) && answer.result
}

/** The InitializeResult and its revision, where that is one we speak over the given transport. */
export function initializeResult(
  answer: Answer,
  revisions: readonly Revision[],
): { readonly result: JsonObject; readonly revision: Revision } | undefined {
  const { result } = answer
  const revision = revisions.find((one) => one === result?.protocolVersion)
  if (result === undefined || revision === undefined) return undefined
  return asObject(result.capabilities) && { result, revision }
}
