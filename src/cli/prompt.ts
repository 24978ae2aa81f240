import type { Io } from './io.ts'

/** Reads one line without echo; undefined where nobody sits at a terminal. Ctrl+C ends the program with 130. */
export const askSecret = async (io: Io, question: string): Promise<Buffer | undefined> => {
  const { stdin, stderr } = io
  if (!stdin.isTTY || !stdin.setRawMode) return undefined
  // Before the question stands: whoever answers at once is not shown either.
  stdin.setRawMode(true)
  stderr.write(question)
  const typed: number[] = []
  try {
    await readBytes(stdin, (byte) => {
      if (byte === 0x0d || byte === 0x0a || byte === 0x04) return true
      if (byte === 0x03) throw new Interrupted()
      if (byte === 0x7f || byte === 0x08) eraseLast(typed)
      else typed.push(byte)
      return false
    })
    return Buffer.from(typed)
  } finally {
    stdin.setRawMode(false)
    stderr.write('\n')
    typed.fill(0)
  }
}

/**
 * Hands over what comes until `take` says that this was the last byte, or nothing more comes. What
 * came behind it is left for the next question, and a stream that nobody reads holds no process.
 */
const readBytes = (stdin: Io['stdin'], take: (byte: number) => boolean): Promise<void> =>
  new Promise((resolve, reject) => {
    const finish = (settle: () => void) => {
      stdin.off('data', onData).off('end', onEnd).off('error', onError).pause()
      settle()
    }
    const onEnd = () => finish(resolve)
    const onError = (cause: Error) => finish(() => reject(cause))
    const onData = (chunk: Buffer) => {
      try {
        const last = chunk.findIndex(take)
        if (last < 0) return
        const rest = chunk.subarray(last + 1)
        finish(resolve)
        if (rest.length > 0) stdin.unshift(rest)
      } catch (thrown) {
        finish(() => reject(thrown))
      }
    }
    stdin.on('data', onData).once('end', onEnd).once('error', onError).resume()
  })

/** One character of UTF-8: its continuation bytes, then its first byte. */
const eraseLast = (typed: number[]): void => {
  let byte = typed.pop()
  while (byte !== undefined && (byte & 0xc0) === 0x80) byte = typed.pop()
}

/** Reads one line as it is typed; undefined where nobody sits at a terminal. */
export const askLine = async (io: Io, question: string): Promise<string | undefined> => {
  if (!io.stdin.isTTY) return undefined
  io.stderr.write(question)
  const typed: number[] = []
  await readBytes(io.stdin, (byte) => {
    if (byte === 0x0a) return true
    typed.push(byte)
    return false
  })
  return Buffer.from(typed).toString('utf8').trim()
}

/** Whether the person says yes; undefined where nobody sits at a terminal. */
export const askYes = async (io: Io, question: string): Promise<boolean | undefined> => {
  if (!io.stdin.isTTY) return undefined
  io.stderr.write(`${question} [y/N] `)
  for await (const chunk of io.stdin as AsyncIterable<Buffer>)
    return /^y(es)?\s*$/i.test(chunk.toString('utf8'))
  return false
}

/** Ctrl+C at a prompt: exit code 130, nothing to say. */
export class Interrupted extends Error {
  override name = 'Interrupted'
}
