import type { JsonObject, JsonValue } from '#lib/json.ts'
import { isObject } from '#mcp/messages.ts'
import { oneLine, readable } from './cells.ts'
import type { Terminal } from './terminal.ts'
import { grouped } from './when.ts'

/** The text of a tool's result; what is not text is named with its type and size. */
export const printResult = (terminal: Terminal, result: JsonObject): void => {
  const lines = contentLines(result, terminal.width === undefined)
  for (const line of lines) terminal.out(line)
  if (lines.length === 0 && result.structuredContent !== undefined)
    terminal.out(JSON.stringify(result.structuredContent, null, 2))
}

/** `raw`: as the tool said it, for a file or another program; a terminal gets no control characters. */
export const contentLines = (result: JsonObject, raw: boolean): string[] => {
  const { content } = result
  if (!Array.isArray(content)) return []
  const show = raw ? (text: string) => text : readable
  return (content as readonly JsonValue[]).map((item) => show(tellItem(item)))
}

const tellItem = (item: JsonValue): string => {
  if (!isObject(item)) return ''
  switch (item.type) {
    case 'text':
      return String(item.text)
    case 'image':
    case 'audio':
      return `[${item.type} ${oneLine(String(item.mimeType))}, ${sizeOf(item.data)}]`
    case 'resource_link':
      return `[resource ${oneLine(String(item.uri))}]`
    case 'resource':
      return tellResource(item.resource)
    default:
      return `[${oneLine(String(item.type))}]`
  }
}

const tellResource = (resource: JsonValue | undefined): string => {
  if (!isObject(resource)) return '[resource]'
  if (typeof resource.text === 'string') return resource.text
  return `[resource ${oneLine(String(resource.uri))}, ${sizeOf(resource.blob)}]`
}

/** Of Base64 text, in bytes of what it holds. */
const sizeOf = (data: JsonValue | undefined): string =>
  typeof data === 'string'
    ? `${grouped(Math.floor((data.replace(/=+$/, '').length * 3) / 4))} bytes`
    : 'empty'
