import type { CallId, PlaneId } from '#domain/name.ts'
import { type JsonValue, parseJson } from '#lib/json.ts'
import { takesArguments } from '#mcp/methods.ts'
import type { Store } from '#store/store.ts'
import type { PayloadSealer } from './ledger.ts'
import { payloadContext } from './plane-ledger.ts'

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
 * The arguments that were recorded with the intent of a call. Undefined where none are: of a refusal,
 * of what takes none by that name, or where their key is gone. Whoever asks has the right to read them.
 */
export type GivenArguments = (placed: Placed) => Promise<JsonValue | undefined>

export const createGivenArguments =
  (store: Store, seal: (plane: PlaneId) => PayloadSealer): GivenArguments =>
  async ({ plane, position, call, method }) => {
    if (!recordsArguments(method)) return undefined
    const sealed = await store.plane(plane).ledger.findPayload(position)
    const plain = sealed && seal(plane).open(sealed, payloadContext(plane, call))
    if (!plain) return undefined
    return plain.length === 0 ? {} : parseJson(Buffer.from(plain).toString())
  }
