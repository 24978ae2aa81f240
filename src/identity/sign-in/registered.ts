import type { PlaneId } from '#domain/name.ts'
import type { Clock, Random } from '#lib/clock.ts'
import type { SignInRows } from '#store/store.ts'
import { digestOf } from './adapter.ts'
import type { Described } from './describe.ts'

export interface RegisteredClients {
  /** The id that it has from now on. */
  add(plane: PlaneId, described: Described): Promise<string>
  find(plane: PlaneId, id: string): Promise<Described | undefined>
  /** Somebody signed in for it: it stays. */
  keep(plane: PlaneId, id: string): Promise<void>
}

const kind = 'Client'
const form = /^reg_[A-Za-z0-9_-]{32}$/
/** Whoever registers and signs nobody in takes up no room. */
const untriedMs = 24 * 60 * 60_000
const keptMs = 90 * 24 * 60 * 60_000

/** Programs that registered themselves (RFC 7591), without a secret, for a day or as long as people use them. */
export const createRegisteredClients = (parts: {
  rowsOf(plane: PlaneId): SignInRows
  clock: Clock
  random: Random
}): RegisteredClients => {
  const { rowsOf, clock, random } = parts
  const put = (plane: PlaneId, id: string, payload: string, forMs: number) =>
    rowsOf(plane).put({
      ...{
        kind,
        digest: digestOf(id),
        family: undefined,
        uid: undefined,
        person: undefined,
        payload,
      },
      endsAt: clock.now() + forMs,
    })
  const rowOf = async (plane: PlaneId, id: string) => {
    const row = form.test(id) ? await rowsOf(plane).find(kind, digestOf(id)) : undefined
    return row && row.endsAt > clock.now() ? row : undefined
  }
  return {
    async add(plane, described) {
      const id = `reg_${random(24).toString('base64url')}`
      await put(plane, id, JSON.stringify(described), untriedMs)
      return id
    },
    async find(plane, id) {
      const row = await rowOf(plane, id)
      return row && (JSON.parse(row.payload) as Described)
    },
    async keep(plane, id) {
      const row = await rowOf(plane, id)
      if (row) await put(plane, id, row.payload, keptMs)
    },
  }
}
