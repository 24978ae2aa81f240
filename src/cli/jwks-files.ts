import { JsonError, readJson } from '#lib/json.ts'
import { readBeside, unreadable } from './beside.ts'

const mostBytes = 64 * 1024

/** A key set (RFC 7517 §5) as JSON on one line, which YAML reads as the same. What stands in it `apply` checks. */
export function readJwksFile(from: string, path: string): string {
  const text = readBeside(from, path, mostBytes)
  try {
    return JSON.stringify(readJson(Buffer.from(text), { depth: 8, nodes: 1000 }).value)
  } catch (error) {
    // Its message says where and what, and holds nothing of the text, which may be a private key.
    if (error instanceof JsonError) throw unreadable(path, 'it is no JSON')
    throw error
  }
}
