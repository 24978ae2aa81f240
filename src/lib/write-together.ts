import type { Socket } from 'node:net'

/** Copying more than this costs more than a second piece does. */
const COPIED_BYTES = 32_768
const NOTHING = new Uint8Array(0)

/**
 * Writes a head, one char a byte, with what belongs behind it, in one piece where that is small: the
 * system takes one piece in half the time of two. */
export const writeTogether = (
  socket: Socket,
  head: string,
  bytes: Uint8Array = NOTHING,
  behind: Uint8Array = NOTHING,
): void => {
  if (bytes.length <= COPIED_BYTES) {
    const all = Buffer.allocUnsafe(head.length + bytes.length + behind.length)
    all.write(head, 'latin1')
    all.set(bytes, head.length)
    all.set(behind, head.length + bytes.length)
    socket.write(all)
    return
  }
  socket.cork()
  socket.write(head, 'latin1')
  socket.write(bytes)
  if (behind.length > 0) socket.write(behind)
  socket.uncork()
}
