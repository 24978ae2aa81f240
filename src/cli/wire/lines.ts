/** A message longer than this is none that a gateway would take. */
const lineLimitBytes = 64 * 1024 * 1024

const lf = 0x0a

/**
 * Lines of a stream, without their ends and without empty ones. `too long` stands for a line that was
 * passed over; what follows it is read on.
 */
export const createLineReader = (): { read(chunk: Buffer): (Buffer | 'too long')[] } => {
  let rest: Buffer[] = []
  let held = 0
  const take = (): Buffer | 'too long' => {
    const line = held > lineLimitBytes ? ('too long' as const) : trim(Buffer.concat(rest))
    rest = []
    held = 0
    return line
  }
  const hold = (part: Buffer): void => {
    held += part.length
    if (held <= lineLimitBytes) rest.push(part)
    else rest = []
  }
  return {
    read(chunk) {
      const lines: (Buffer | 'too long')[] = []
      let from = 0
      for (let at = chunk.indexOf(lf); at >= 0; at = chunk.indexOf(lf, from)) {
        hold(chunk.subarray(from, at))
        const line = take()
        if (line.length > 0) lines.push(line)
        from = at + 1
      }
      if (from < chunk.length) hold(chunk.subarray(from))
      return lines
    },
  }
}

const trim = (line: Buffer): Buffer => (line.at(-1) === 0x0d ? line.subarray(0, -1) : line)
