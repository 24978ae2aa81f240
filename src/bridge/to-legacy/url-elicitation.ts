import { isObject, type JsonValue } from '#lib/json.ts'
import type { ErrorMessage } from '#mcp/messages.ts'

/** 2025-11-25, client/elicitation §URL Elicitation Required Error. */
export const URL_ELICITATION_REQUIRED = -32042

/**
 * What a server wants done at a URL before it takes the request again: in the modern era a round with
 * one elicitation for each (MCP 2026-07-28, basic/patterns/mrtr). Undefined for any other error, and
 * for one that names nothing.
 */
export const urlElicitations = ({
  error,
}: ErrorMessage): { readonly key: string; readonly text: Buffer }[] | undefined => {
  if (error.code !== URL_ELICITATION_REQUIRED || !isObject(error.data)) return undefined
  const { elicitations } = error.data
  if (!Array.isArray(elicitations) || !elicitations.every(isUrlElicitation)) return undefined
  if (elicitations.length === 0) return undefined
  return elicitations.map(({ url, message }, at) => ({
    key: `url-${at + 1}`,
    text: Buffer.from(
      JSON.stringify({ method: 'elicitation/create', params: { mode: 'url', message, url } }),
    ),
  }))
}

const isUrlElicitation = (value: JsonValue): value is { url: string; message: string } =>
  isObject(value) && typeof value.url === 'string' && typeof value.message === 'string'
