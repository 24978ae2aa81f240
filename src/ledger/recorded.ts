import { hash } from 'node:crypto'
import type { Intent, Outcome } from '#domain/entry.ts'
import type { PlaneId } from '#domain/name.ts'
import type { Store, StoredEntry } from '#store/store.ts'
import type { PayloadSealer } from './ledger.ts'
import { contextOf, earlierContext, nonceBytes, type Side } from './payload.ts'

/**
 * What stands of one side of a call. `none`: nothing was recorded. `erased`: the key is destroyed.
 * `pruned`: it was older than the plane keeps it. `altered`: it is not what the entry says, or does not
 * open. `digest`: the nonce of the commitment, and not the text.
 */
export type Recorded =
  | { readonly state: 'none' | 'erased' | 'pruned' | 'altered' }
  | { readonly state: 'digest'; readonly nonce: Uint8Array }
  | {
      readonly state: 'whole'
      /** Of earlier versions there is no commitment, and none. */
      readonly nonce: Uint8Array | undefined
      readonly bytes: Uint8Array
    }

/** Opens what is recorded of calls. Whoever is given it has been entered: see `PayloadRead`. */
export interface RecordedQuery {
  /** Of an intent its arguments, of an outcome its result; of every other entry nothing. */
  open(plane: PlaneId, stored: StoredEntry): Promise<Recorded>
}

export const createRecordedQuery = ({
  store,
  seal,
}: {
  store: Store
  seal: (plane: PlaneId) => PayloadSealer
}): RecordedQuery => ({
  async open(plane, { position, entry }) {
    if (entry.type !== 'call.intent' && entry.type !== 'call.outcome') return { state: 'none' }
    const payload = await store.plane(plane).ledger.findPayload(position)
    const said = saidBy(entry)
    if (!payload) return { state: wasRecorded(entry) ? 'pruned' : 'none' }
    if (!said) return openEarlier(seal(plane), plane, entry, payload)
    if (hash('sha256', payload, 'hex') !== said.sealed) return { state: 'altered' }
    const opened = await seal(plane).open(payload, contextOf(plane, entry.call, said.side))
    if (opened === 'erased') return { state: 'erased' }
    if (!opened) return { state: 'altered' }
    const nonce = opened.subarray(0, nonceBytes)
    if ('record' in entry && entry.record === 'digest') return { state: 'digest', nonce }
    return { state: 'whole', nonce, bytes: opened.subarray(nonceBytes) }
  },
})

const saidBy = (entry: Intent | Outcome): { sealed: string; side: Side } | undefined => {
  const side = entry.type === 'call.intent' ? 'arguments' : 'result'
  const sealed = entry.type === 'call.intent' ? entry.argumentsSealed : entry.resultSealed
  return sealed === undefined ? undefined : { sealed, side }
}

/** Every intent of earlier versions had its arguments beside it. */
const wasRecorded = (entry: Intent | Outcome): boolean =>
  entry.type === 'call.intent' ? entry.record !== 'none' : entry.resultSealed !== undefined

const openEarlier = (
  sealer: PayloadSealer,
  plane: PlaneId,
  { type, call }: Intent | Outcome,
  payload: Uint8Array,
): Recorded => {
  const bytes =
    type === 'call.intent' ? sealer.openEarlier(payload, earlierContext(plane, call)) : undefined
  return bytes ? { state: 'whole', nonce: undefined, bytes } : { state: 'altered' }
}
