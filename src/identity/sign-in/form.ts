import type { IncomingMessage } from 'node:http'

const mostBytes = 8 * 1024
const form = /^application\/x-www-form-urlencoded\s*(?:;.*)?$/i

/** The fields of a form; undefined where it is none, too large, or a field of it stands twice. */
export const readForm = async (
  request: IncomingMessage,
): Promise<ReadonlyMap<string, string> | undefined> => {
  if (!form.test(request.headers['content-type'] ?? '')) return undefined
  const body = await readBytes(request, mostBytes)
  if (!body) return undefined
  const pairs = [...new URLSearchParams(body.toString('utf8'))]
  const fields = new Map(pairs)
  return fields.size === pairs.length ? fields : undefined
}

/** Undefined where there are more than so many; then the connection is of no use any more. */
export const readBytes = async (
  request: IncomingMessage,
  most: number,
): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += chunk.length
    if (size > most) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
