import type { CallId, PlaneId } from '#domain/name.ts'
import { type JsonValue, parseJson } from '#lib/json.ts'
import { takesArguments } from '#mcp/methods.ts'
import type { Store } from '#store/store.ts'
import type { RecordedQuery } from './recorded.ts'

/** Where the intent of a call stands, and by which method it was called. */
export interface Placed {
  readonly plane: PlaneId
  readonly position: number
  readonly call: CallId
  readonly method: string
}

/** Of these methods what something is called with stands with the intent: a REST request has no name of a method of MCP. */
export const recordsArguments = (method: string): boolean =>
  takesArguments(method) || !method.includes('/')

/**
 * The arguments that were recorded with the intent of a call. Undefined where they are not all there:
 * of a refusal, of what takes none by that name, where they were masked, or where they are gone.
 * Whoever asks has the right to read them.
 */
export type GivenArguments = (placed: Placed) => Promise<JsonValue | undefined>

export const createGivenArguments =
  (store: Store, recorded: RecordedQuery): GivenArguments =>
  async ({ plane, position, method }) => {
    if (!recordsArguments(method)) return undefined
    const [stored] = await store.plane(plane).ledger.read(position, 1)
    if (stored?.entry.type !== 'call.intent' || stored.entry.masked) return undefined
    const found = await recorded.open(plane, stored)
    if (found.state !== 'whole') return undefined
    return found.bytes.length === 0 ? {} : parseJson(Buffer.from(found.bytes).toString())
  }
