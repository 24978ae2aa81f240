import assert from 'node:assert/strict'
import type { PlaneId } from '#domain/name.ts'
import type { Mailboxes } from './store.ts'

export type Hear = (message: Uint8Array) => void

/** The mailboxes that this process holds, of all planes. */
export interface Held {
  readonly size: number
  find(plane: string, key: string): Hear | undefined
  hold(plane: string, key: string, hear: Hear): () => void
}

export const createHeld = (): Held => {
  const held = new Map<string, Hear>()
  return {
    get size() {
      return held.size
    },
    find: (plane, key) => held.get(`${plane} ${key}`),
    hold(plane, key, hear) {
      const name = `${plane} ${key}`
      assert(/^[^ ]{1,200}$/.test(key), 'a mailbox of an impossible key')
      assert(!held.has(name), 'a mailbox that is held already')
      held.set(name, hear)
      return () => {
        if (held.get(name) === hear) held.delete(name)
      }
    },
  }
}

/** Of a store that one process has alone: it tells itself, in the next turn as any other would. */
export const createOwnMailboxes = (): ((plane: PlaneId) => Mailboxes) => {
  const held = createHeld()
  return (plane) => ({
    hold: (key, hear) => held.hold(plane, key, hear),
    tell: async (key, message) => tellHere(held, plane, key, message),
  })
}

/** False where it is not held here. */
export const tellHere = async (
  held: Held,
  plane: PlaneId,
  key: string,
  message: Uint8Array,
): Promise<boolean> => {
  await undefined
  const hear = held.find(plane, key)
  hear?.(message)
  return hear !== undefined
}
