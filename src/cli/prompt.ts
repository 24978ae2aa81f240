import type { Io } from './io.ts'

/** Reads one line without echo; undefined where nobody sits at a terminal. Ctrl+C ends the program with 130. */
export const askSecret = async (io: Io, question: string): Promise<Buffer | undefined> => {
  const { stdin, stderr } = io
  if (!stdin.isTTY || !stdin.setRawMode) return undefined
  stderr.write(question)
  stdin.setRawMode(true)
  const typed: number[] = []
  try {
    for await (const chunk of stdin as AsyncIterable<Buffer>)
      for (const byte of chunk) {
        if (byte === 0x0d || byte === 0x0a || byte === 0x04) return Buffer.from(typed)
        if (byte === 0x03) throw new Interrupted()
        if (byte === 0x7f || byte === 0x08) eraseLast(typed)
        else typed.push(byte)
      }
    return Buffer.from(typed)
  } finally {
    stdin.setRawMode(false)
    stderr.write('\n')
    typed.fill(0)
  }
}

/** One character of UTF-8: its continuation bytes, then its first byte. */
const eraseLast = (typed: number[]): void => {
  let byte = typed.pop()
  while (byte !== undefined && (byte & 0xc0) === 0x80) byte = typed.pop()
}

/** Reads one line as it is typed; undefined where nobody sits at a terminal. */
export const askLine = async (io: Io, question: string): Promise<string | undefined> => {
  if (!io.stdin.isTTY) return undefined
  io.stderr.write(question)
  for await (const chunk of io.stdin as AsyncIterable<Buffer>) return chunk.toString('utf8').trim()
  return undefined
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
