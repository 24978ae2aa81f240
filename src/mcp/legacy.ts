import { INVALID_REQUEST, type ProtocolRefusal } from './messages.ts'
import { ASSUMED_REVISION, isRevision, LEGACY_HTTP_REVISIONS, type Revision } from './revisions.ts'

/**
 * The revision that answers an `initialize` (2025-11-25, basic/lifecycle §Version Negotiation): the
 * one asked for if it is supported, else the newest that is. `supported` is newest first. Somebody
 * who asks for a modern revision in this way gets the newest legacy one.
 */
export function negotiateRevision(
  asked: unknown,
  supported: readonly Revision[] = LEGACY_HTTP_REVISIONS,
): Revision {
  const [newest = ASSUMED_REVISION] = supported
  return supported.find((revision) => revision === asked) ?? newest
}

/**
 * The revision that a legacy request is spoken in, from its MCP-Protocol-Version header: absent
 * means what its session negotiated, or 2025-03-26 if that is not known; a version that is not
 * supported is refused (2025-06-18 and 2025-11-25, basic/transports §Protocol Version Header).
 * Only for what `eraOfMessage` found to be legacy.
 */
export function legacyRevision(
  header: string | undefined,
  negotiated: Revision | undefined,
  supported: readonly Revision[] = LEGACY_HTTP_REVISIONS,
): Revision | ProtocolRefusal {
  if (header === undefined) return negotiated ?? ASSUMED_REVISION
  if (isRevision(header) && supported.includes(header)) return header
  // No MCP code of its own exists for this in the legacy era; the text is all that a person sees.
  return {
    status: 400,
    code: INVALID_REQUEST,
    message: `Unsupported MCP-Protocol-Version (supported: ${supported.join(', ')})`,
    data: { supported: [...supported] },
  }
}

/** Longer than any session id of ours or of a known server. */
const SESSION_ID_LIMIT = 1024

/** Mcp-Session-Id: visible ASCII, 0x21 to 0x7E, and nothing else (2025-11-25, basic/transports §Session Management). */
export function isSessionId(text: string): boolean {
  return text.length <= SESSION_ID_LIMIT && /^[\x21-\x7e]+$/.test(text)
}
