/**
 * Cuts a stream of bytes into lines, without their ends. A line longer than the limit is left out
 * and told of once; what comes after it is read again.
 */
export function createLineReader(options: {
  limitBytes: number
  onLine: (line: Buffer) => void
  onTooLong: () => void
}): (chunk: Buffer) => void {
  const { limitBytes, onLine, onTooLong } = options
  let parts: Buffer[] = []
  let length = 0
  let isSkipping = false

  const add = (part: Buffer) => {
    if (isSkipping || part.length === 0) return
    length += part.length
    if (length <= limitBytes) {
      parts.push(part)
      return
    }
    isSkipping = true
    parts = []
    onTooLong()
  }
  const end = () => {
    const [only] = parts
    const line = parts.length === 1 && only !== undefined ? only : Buffer.concat(parts)
    const isWhole = !isSkipping
    parts = []
    length = 0
    isSkipping = false
    if (isWhole) onLine(line.at(-1) === CARRIAGE_RETURN ? line.subarray(0, -1) : line)
  }
  return (chunk) => {
    let from = 0
    for (;;) {
      const at = chunk.indexOf(LINE_FEED, from)
      if (at < 0) break
      add(chunk.subarray(from, at))
      end()
      from = at + 1
    }
    add(chunk.subarray(from))
  }
}

const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d
